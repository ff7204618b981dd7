"""A judge over one slice: each entry is judged as soon as its contenders have settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from runoff_contracts.events.entry import Judgement, PairVerdict, PointsVerdict, Prediction
from runoff_contracts.events.lifecycle import JudgeUsed
from runoff_contracts.scorers import JudgePairwiseParams, JudgeParams
from runoff_inference_worker.attempts import Asker
from runoff_inference_worker.feed import Feed, Pending
from runoff_inference_worker.judging.prompts import JudgePrompts
from runoff_inference_worker.judging.questions import (
    Question,
    answer_to,
    equal_pairs,
    n_questions,
    questions_of,
    verdict_of,
)
from runoff_inference_worker.kept import Asking
from runoff_inference_worker.provider import Ask, Model, Reply
from runoff_inference_worker.views import View
from runoff_objects.entry_set import EntryRow

Verdict = PointsVerdict | PairVerdict


@dataclass(frozen=True)
class Judge:
    """One judge of a run on this worker, shared by all of the run's slices."""

    used: JudgeUsed
    params: JudgeParams | JudgePairwiseParams
    asker: Asker


class JudgeModel:
    """A language model that is asked for verdicts: it turns questions into requests."""

    view: View | None = None

    def __init__(self, model: Model, prompts: JudgePrompts) -> None:
        """Prepare; the model is `Asking` too."""
        assert isinstance(model, Asking)
        self._model, self._asking, self._prompts = model, model, prompts

    def n_wanted(self, batch_size: int) -> int:
        """As the model."""
        return self._model.n_wanted(batch_size)

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """Ask for the first verdict.

        Raises:
            AttemptFailed: As the model; an answer that is no verdict is malformed.
        """
        return await self._model.answer([self._request(asks[0])], limit_s)

    def request_of(self, ask: Ask) -> list[str | None]:
        """All of the request, and which repeat it is: a repeat is not answered by another one."""
        repeat = ask.repeat if isinstance(ask, Question) else 0
        return [*self._asking.request_of(self._request(ask)), str(repeat)]

    async def close(self) -> None:
        """As the model."""
        await self._model.close()

    def _request(self, ask: Ask) -> Ask:
        return self._prompts.ask(ask) if isinstance(ask, Question) else ask


class Judged(Protocol):
    """Where entries settle and verdicts are put: a slice's sheet."""

    rows: Sequence[EntryRow]
    n_contenders: int

    def predictions(self, place: int) -> list[Prediction]:
        """Of a settled entry."""

    def judged(self, judge: JudgeUsed, place: int, verdicts: Sequence[Verdict]) -> None:
        """Take what a judge says of an entry."""


class Judging:
    """One judge over one slice."""

    def __init__(
        self, judge: Judge, sheet: Judged, taken: Mapping[int, Sequence[Judgement]]
    ) -> None:
        """Prepare.

        Args:
            taken: By place in the slice, judgements of the run whose answers are taken over.
        """
        self._judge, self._sheet, self._taken = judge, sheet, taken
        self._n_each = n_questions(judge.params, sheet.n_contenders)
        self._questions: list[tuple[int, Question]] = []
        self.feed = Feed(len(sheet.rows) * self._n_each)

    def begin(self, place: int) -> None:
        """The contenders have settled this entry: put to the judge what is not known of it."""
        predictions = self._sheet.predictions(place)
        params = self._judge.params
        known: list[Verdict] = []
        if isinstance(params, JudgePairwiseParams):
            known += equal_pairs(predictions)
        before = self._before(place)
        to_ask = []
        for question in questions_of(self._sheet.rows[place], predictions, params):
            verdict = answer_to(question, before) if _is_taken(question, predictions) else None
            if verdict is not None:
                known.append(verdict)
                continue
            to_ask.append(Pending(len(self._questions), question))
            self._questions.append((place, question))
        self._sheet.judged(self._judge.used, place, known)
        self.feed.put(to_ask)
        self.feed.settled(self._n_each - len(to_ask), unseen=True)

    async def settle(self, rank: int) -> None:
        """Ask until every entry of the slice has its verdicts."""
        await self._judge.asker.settle(self.feed, self._report, rank=rank)

    def _report(self, number: int, settled: Prediction) -> None:
        place, question = self._questions[number]
        self._sheet.judged(self._judge.used, place, [verdict_of(question, settled)])

    def _before(self, place: int) -> Judgement | None:
        """What the very same judge said in the run whose answers are taken over."""
        digest = self._judge.used.digest
        return next((each for each in self._taken.get(place, ()) if each.digest == digest), None)


def judgement_of(judge: JudgeUsed, verdicts: Sequence[Verdict]) -> Judgement:
    """What a judge said of an entry, in an order that does not depend on what came first."""
    points = [each for each in verdicts if isinstance(each, PointsVerdict)]
    pairs = [each for each in verdicts if isinstance(each, PairVerdict)]
    return Judgement(
        scorer=judge.scorer,
        model=judge.model,
        digest=judge.digest,
        points=sorted(points, key=lambda each: (each.contenders, each.repeat)),
        pairs=sorted(
            pairs, key=lambda each: (sorted((each.first, each.second)), each.repeat, each.first)
        ),
    )


def _is_taken(question: Question, predictions: Sequence[Prediction]) -> bool:
    """Whether all answers that it is about are those that were judged before."""
    by_contender = {each.contender: each for each in predictions}
    return all(by_contender[each].taken_from is not None for each in question.contenders)
