"""What the verdicts of judging models come to: scores, agreement, bias, difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import JsonValue

from runoff_contracts.events.entry import (
    Attempt,
    AttemptError,
    EntryProcessed,
    ErrorClass,
    Judgement,
    PairVerdict,
    PointsVerdict,
    Usage,
)
from runoff_contracts.events.lifecycle import JudgeUsed, ScorerUsed
from runoff_contracts.specs.llm import LlmSpec
from runoff_scoring.entries import score_entry
from runoff_scoring.judge.tally import agreement, n_place_bound, outcomes, same_meaning
from runoff_scoring.report import Judges
from runoff_scoring.scorers import SCORERS, Scored
from tests.unit.scoring import given
from tests.unit.scoring.texts import SETTLED, answer

PARAMS: dict[str, JsonValue] = {"model": "openai/gpt-4o", "rubric": "Is it polite?"}
PRICED: dict[str, Any] = {"usage": Usage(n_input=10, n_output=2), "cost_usd": 0.1}
Names = dict[str, str]
NAMES: Names = {"a": "first", "b": "second", "=": "tie"}


def refused(error_class: ErrorClass) -> list[Attempt]:
    error = AttemptError(error_class=error_class, message="no")
    return [Attempt(started_at=given.NOW, duration_s=0.1, error=error)]


def of(scorer: str = "judge", **verdicts: Any) -> Judgement:
    return Judgement(scorer=scorer, model="openai/gpt-4o", digest=given.digest(9), **verdicts)


def by_points(*points: int | None, contenders: Sequence[int] = (0,), **more: Any) -> Judgement:
    """A judgement of one answer, a repeat each; None is a repeat whose calls all failed."""
    return of(
        points=[
            PointsVerdict(
                repeat=repeat,
                contenders=list(contenders),
                points=each,
                attempts=SETTLED if each is not None else refused("server"),
                **more,
            )
            for repeat, each in enumerate(points)
        ]
    )


def pair(said: str, *, a: int = 0, b: int = 1, same: str = "") -> list[PairVerdict]:
    """Verdicts on a pair: `ab` names the first contender's place, then again the first place.

    Two letters a repeat: what was said with the lower position at the first place, and swapped;
    `a` is the first place, `b` the second, `=` a tie, `-` none. `same` likewise: y, n.
    """
    found = []
    for place, letter in enumerate(said):
        first, second = (a, b) if place % 2 == 0 else (b, a)
        found.append(
            PairVerdict.model_validate(
                {
                    "repeat": place // 2,
                    "first": first,
                    "second": second,
                    "better": NAMES.get(letter),
                    "same_meaning": same[place] == "y" if same else None,
                    "attempts": refused("timeout") if letter == "-" else SETTLED,
                }
            )
        )
    return found


def scored(judgement: Judgement | None, contender: int = 0, **params: JsonValue) -> Scored:
    name = judgement.scorer if judgement else "judge"
    ready = SCORERS[name, 1].with_params(PARAMS | params)
    return ready(answer("Hello", contender=contender), None, None, judgement)


@pytest.mark.parametrize(
    ("points", "value"),
    [([1], 1.0), ([0], 0.0), ([1, 1, 0], 1.0), ([1, 0, 0], 0.0), ([1, 0], 0.0), ([None, 1], 1.0)],
)
def test_an_answer_passes_by_more_than_half_of_the_verdicts(
    points: list[int | None], value: float
) -> None:
    """So that a primary stays 0 or 1 with repeats too; a repeat that failed has no vote."""
    assert scored(by_points(*points)).value == value


def test_a_graded_score_is_the_mean_share_of_points() -> None:
    """7, 9 and 8 of 10."""
    assert scored(by_points(7, 9, 8), highest=10).value == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("judgement", "reason"),
    [
        (by_points(None, None), "the judge gave no verdict (server)"),
        (by_points(1, contenders=[1]), "not judged"),
        (of(), "not judged"),
        (None, "not judged"),
        (of("judge_pairwise", pairs=pair("a-")), "the judge gave no verdict (timeout)"),
        (of("judge_pairwise"), "no other contender answered"),
    ],
)
def test_without_a_verdict_nothing_is_scored_and_it_says_why(
    judgement: Judgement | None, reason: str
) -> None:
    """A judge that could not be reached says nothing of the answer: never 0."""
    assert scored(judgement) == Scored(None, reason)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("ab", 1.0),
        ("ba", 0.0),
        ("aa", 0.5),
        ("bb", 0.5),
        ("==", 0.5),
        ("a=", 0.5),
        ("=a", 0.5),
    ],
)
def test_a_contender_wins_only_from_both_places(said: str, outcome: float) -> None:
    """The conservative rule of Zheng et al. (2023): a judge that names a place twice is biased."""
    judgement = of("judge_pairwise", pairs=pair(said))

    assert outcomes(judgement) == {(0, 1): [outcome]}
    assert scored(judgement, 0).value == outcome
    assert scored(judgement, 1).value == 1 - outcome


def test_a_win_rate_is_over_repeats_and_then_over_the_others() -> None:
    """Against 1: a win and a tie by bias; against 2: a loss. (0.75 + 0) / 2."""
    pairs = [*pair("abaa"), *pair("ba", a=0, b=2), *pair("==", a=1, b=2)]
    judgement = of("judge_pairwise", pairs=pairs)

    assert [scored(judgement, each).value for each in range(3)] == [0.375, 0.375, 0.75]
    assert n_place_bound(judgement) == (1, 4)


def test_equal_answers_are_a_tie_that_shows_no_bias() -> None:
    """Nobody was asked, so nobody can have been bound to a place."""
    plain = PairVerdict(repeat=0, first=0, second=1, better="tie", same_meaning=True)
    judgement = of("judge_pairwise", pairs=[plain])

    assert scored(judgement).value == 0.5
    assert n_place_bound(judgement) == (0, 0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([1.0], None),
        ([1, 1], 1.0),
        ([1, 0], 0.0),
        ([1, 1, 0], 1 / 3),
        ([0.7, 0.9], 0.8),
    ],
)
def test_agreement_is_one_minus_the_mean_distance_of_two_repeats(
    values: list[float], expected: float | None
) -> None:
    """Of three verdicts 1, 1, 0 one pair of three is equal."""
    assert agreement(values) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("same", "kind"), [("yy", "all_match"), ("nn", "all_different"), ("yn", "all_different")]
)
def test_a_judge_of_pairs_says_whether_two_answers_differ(same: str, kind: str) -> None:
    """By more than half of its verdicts; evenly split ones leave it to the words."""
    assert _difference(["It is Paris", "Paris"], pair("==", same=same)) == kind


def test_where_the_judge_is_split_the_words_decide() -> None:
    """These are equal but for case."""
    assert _difference(["PARIS", "Paris"], pair("==", same="yn")) == "all_match"
    assert _difference(["PARIS", "Paris"], pair("==", same="nn")) == "all_different"


def test_answers_are_linked_by_those_that_mean_the_same() -> None:
    """The first means what the second does, and the second what the third does."""
    pairs = [
        *pair("==", a=0, b=1, same="yy"),
        *pair("==", a=1, b=2, same="yy"),
        *pair("==", a=0, b=2, same="nn"),
    ]

    assert _difference(["a", "b", "c"], pairs) == "all_match"


def _difference(answers: list[str], pairs: list[PairVerdict]) -> str:
    predictions = [answer(text, contender=place) for place, text in enumerate(answers)]
    judgement = of("judge_pairwise", pairs=pairs)
    entry = _entry(0, judgement).model_copy(update={"predictions": predictions})
    found = score_entry(entry, [SCORERS["judge_pairwise", 1].with_params(PARAMS)]).difference
    assert found is not None
    return found.kind


def test_verdicts_on_pairs_that_failed_say_nothing_of_meaning() -> None:
    """None is no vote."""
    assert same_meaning(of("judge_pairwise", pairs=pair("--"))) == {}


def test_the_report_says_how_far_a_judge_can_be_relied_on_and_what_it_cost() -> None:
    """Agreement 1 and 0 over two answers; one failed repeat; costs are added apart."""
    run = given.created(
        2,
        scorers=[ScorerUsed(name="judge", version=1, params=PARAMS | {"repeats": 2})],
        judges=[_used("judge")],
    )
    judges = Judges(run)
    agrees, differs = by_points(1, 1, **PRICED), by_points(1, 0, None, **PRICED)

    judges.add(given.parts([_entry(0, agrees), _entry(1, differs)]))

    (found,) = judges.reports() or []
    assert (found.n_verdicts, found.n_failed, found.n_repeated) == (5, 1, 2)
    assert found.agreement == 0.5
    assert found.place_bound is None
    assert found.cost_usd == pytest.approx(0.5)
    assert (found.n_input_tokens, found.n_output_tokens) == (50, 10)


def test_the_report_says_how_often_the_place_decided() -> None:
    """Two of three swapped pairs, by name: such verdicts count as ties."""
    run = given.created(
        1,
        3,
        scorers=[ScorerUsed(name="judge_pairwise", version=1, params=PARAMS)],
        judges=[_used("judge_pairwise")],
    )
    pairs = [*pair("aa"), *pair("bb", a=0, b=2), *pair("ab", a=1, b=2)]
    judges = Judges(run)

    judges.add(given.parts([_entry(0, of("judge_pairwise", pairs=pairs))]))

    (found,) = judges.reports() or []
    assert found.n_swapped == 3
    assert found.place_bound == pytest.approx(2 / 3)
    assert (found.cost_usd, found.n_cost_unknown) == (None, 6)


def test_a_run_without_a_judge_has_no_such_report() -> None:
    """Its report keeps the bytes that it had before there were judges."""
    assert Judges(given.created(1)).reports() is None


def _entry(index: int, judgement: Judgement) -> EntryProcessed:
    row = ("x", ("x", "y", "z"))
    return given.processed(index, row).model_copy(update={"judgements": [judgement]})


def _used(scorer: str) -> JudgeUsed:
    return JudgeUsed(
        scorer=scorer, model="openai/gpt-4o", digest=given.digest(9), spec=LlmSpec(api="openai")
    )
