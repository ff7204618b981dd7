"""Which questions a judge has about one entry, and what is known without asking."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Judgement, PairVerdict, PointsVerdict, Prediction
from runoff_contracts.scorers import JudgePairwiseParams, JudgeParams
from runoff_inference_worker.provider import Ask
from runoff_objects.entry_set import EntryRow

REASON_CHARACTERS = 1000
"""Of a judge's reason that are kept."""


@dataclass(slots=True)
class Question(Ask):
    """One question to a judge. Unlike a contender it may know the target."""

    target: Target = None
    answers: tuple[str, ...] = ()
    """One to be judged by itself, or two in the order in which they are shown."""
    contenders: tuple[int, ...] = ()
    """Who gave them: all who gave the one answer, or the first's and the second's author."""
    repeat: int = 0


def n_questions(params: JudgeParams | JudgePairwiseParams, n_contenders: int) -> int:
    """How many an entry has at most: each answer by itself, or each pair in both orders."""
    if isinstance(params, JudgeParams):
        return n_contenders * params.repeats
    return n_contenders * (n_contenders - 1) * params.repeats


def questions_of(
    row: EntryRow, predictions: Sequence[Prediction], params: JudgeParams | JudgePairwiseParams
) -> list[Question]:
    """Everything that is to be asked of an entry; nothing of contenders without an answer.

    Equal answers are judged once: two verdicts on one text would differ by the judge's mood
    alone. Of two equal answers neither is better, so nothing is asked of such a pair.
    """
    first = Question(
        row.id,
        row.text,
        row.metadata,
        section=row.section,
        split=row.split,
        file=row.file,
        target=row.target,
    )
    repeats = range(params.repeats)
    if isinstance(params, JudgeParams):
        return [
            replace(first, answers=(text,), contenders=tuple(gave), repeat=repeat)
            for text, gave in _by_answer(predictions).items()
            for repeat in repeats
        ]
    return [
        replace(
            first,
            answers=(one.text or "", other.text or ""),
            contenders=(one.contender, other.contender),
            repeat=repeat,
        )
        for a, b in _pairs(predictions)
        if a.text != b.text
        for repeat in repeats
        for one, other in ((a, b), (b, a))
    ]


def equal_pairs(predictions: Sequence[Prediction]) -> list[PairVerdict]:
    """What is plain of answers that are equal to the letter, without asking anybody."""
    return [
        PairVerdict(
            repeat=0, first=a.contender, second=b.contender, better="tie", same_meaning=True
        )
        for a, b in _pairs(predictions)
        if a.text == b.text
    ]


def verdict_of(question: Question, settled: Prediction) -> PointsVerdict | PairVerdict:
    """What a judge's settled reply says; no verdict where all attempts failed.

    Args:
        settled: Its data fits the schema that was asked for.
    """
    said = settled.data if isinstance(settled.data, dict) else {}
    reason = said.get("reason")
    shared = {
        "repeat": question.repeat,
        "reason": reason[:REASON_CHARACTERS] if isinstance(reason, str) else None,
        "usage": settled.usage,
        "cost_usd": settled.cost_usd,
        "cached": settled.cached,
        "attempts": settled.attempts,
    }
    if len(question.answers) == 1:
        return PointsVerdict.model_validate(
            {**shared, "contenders": list(question.contenders), "points": said.get("points")}
        )
    first, second = question.contenders
    better = {"1": "first", "2": "second", "tie": "tie"}.get(str(said.get("better")))
    return PairVerdict.model_validate(
        {
            **shared,
            "first": first,
            "second": second,
            "better": better,
            "same_meaning": said.get("same_meaning"),
        }
    )


def answer_to(
    question: Question, judgement: Judgement | None
) -> PointsVerdict | PairVerdict | None:
    """The verdict that an earlier run has on this very question; none where it has none."""
    if judgement is None:
        return None
    if len(question.answers) == 1:
        for each in judgement.points:
            if (tuple(each.contenders), each.repeat) == (question.contenders, question.repeat):
                return each if each.points is not None else None
        return None
    for pair in judgement.pairs:
        if ((pair.first, pair.second), pair.repeat) == (question.contenders, question.repeat):
            return pair if pair.better is not None else None
    return None


def _by_answer(predictions: Sequence[Prediction]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for each in predictions:
        if each.text is not None:
            found.setdefault(each.text, []).append(each.contender)
    return found


def _pairs(predictions: Sequence[Prediction]) -> list[tuple[Prediction, Prediction]]:
    return list(combinations([each for each in predictions if each.text is not None], 2))
