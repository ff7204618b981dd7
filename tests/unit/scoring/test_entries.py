"""Scores of one entry, and how far the contenders disagree on it."""

from __future__ import annotations

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from runoff_contracts.events.entry import Difference
from runoff_contracts.scorers import KNOWN_SCORERS
from runoff_scoring.difference import confidence_difference, difference
from runoff_scoring.entries import score_entry, score_slice
from runoff_scoring.scorers import SCORERS
from tests.unit.scoring import given

ACCURACY = SCORERS["accuracy", 1].with_params({})


@pytest.mark.parametrize(
    ("label", "target", "value", "reason"),
    [
        ("7", "7", 1.0, None),
        ("1", "7", 0.0, None),
        ("7 ", "7", 0.0, None),
        ("", "", 1.0, None),
        ("7", None, None, "no target"),
        (None, "7", None, "no answer"),
        (None, None, None, "no target"),
    ],
)
def test_accuracy_is_one_zero_or_a_reason(
    label: str | None, target: str | None, value: float | None, reason: str | None
) -> None:
    """What cannot be scored is missing: never 0, which would count against the model."""
    scored = ACCURACY(given.prediction(label), target)

    assert (scored.value, scored.reason) == (value, reason)


@pytest.mark.parametrize(
    ("answers", "kind", "n_agree", "value"),
    [
        ("aa", "all_match", 2, 0.0),
        ("ab", "all_different", 1, 1.0),
        ("aaa", "all_match", 3, 0.0),
        ("aab", "partial", 2, 0.5),
        ("abc", "all_different", 1, 1.0),
        ("aabb", "partial", 2, 2 / 3),
        ("aaab", "partial", 3, 1 / 3),
    ],
)
def test_the_difference_says_how_many_agree(
    answers: str, kind: str, n_agree: int, value: float
) -> None:
    """0 where all match, 1 where no two do, by (answers - agreeing) / (answers - 1)."""
    found = difference([given.prediction(each) for each in answers])

    assert found == Difference.model_validate(
        {"kind": kind, "n_agree": n_agree, "n_answers": len(answers), "value": value}
    )


def test_contenders_that_did_not_answer_do_not_disagree() -> None:
    """A failure is no other opinion."""
    found = difference([given.prediction(each) for each in ("a", None, "a")])

    assert found == Difference(kind="all_match", n_agree=2, n_answers=2, value=0.0)


@pytest.mark.parametrize("answers", [[], [None], ["a"], ["a", None], [None, None, "b"]])
def test_fewer_than_two_answers_are_no_difference(answers: list[str | None]) -> None:
    """There is nothing to hold an answer against."""
    assert difference([given.prediction(each) for each in answers]) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([0.9, 0.4], 0.5),
        ([0.5, 0.5], 0.0),
        ([0.9, None, 0.2, 0.4], 0.7),
        ([0.9], None),
        ([0.9, None], None),
        ([], None),
    ],
)
def test_the_confidence_difference_is_largest_minus_smallest(
    said: list[float | None], expected: float | None
) -> None:
    """Over those who say theirs; a model without confidences is left out."""
    found = confidence_difference([given.prediction("a", confidence=each) for each in said])

    assert found == (None if expected is None else pytest.approx(expected))


def test_a_scored_entry_holds_all_that_comparisons_need() -> None:
    """Scorecards are made without a second look at the processed slices."""
    scored = score_entry(given.processed(4, ("x", ("x", "y", None))), [ACCURACY])

    assert (scored.index, scored.entry_id, scored.target) == (4, "entry-004", "x")
    assert scored.answers == ["x", "y", None]
    assert [(each.contender, each.scorer, each.value) for each in scored.scores] == [
        (0, "accuracy", 1.0),
        (1, "accuracy", 0.0),
        (2, "accuracy", None),
    ]


def test_scoring_again_gives_the_same_events_under_the_same_ids() -> None:
    """A redelivered slice is the same append."""
    entries = [given.processed(index, ("x", ("x", "y"))) for index in range(3)]

    assert score_slice(entries, [ACCURACY]) == score_slice(entries, [ACCURACY])


labels = st.none() | st.text(max_size=200)


@cases(
    st.none() | st.text(max_size=200),
    st.lists(labels, min_size=1, max_size=16),
    st.none() | st.floats(0, 1),
)
def test_a_scored_entry_is_smaller_than_the_processed_one(
    target: str | None, answers: list[str | None], confidence: float | None
) -> None:
    """So that the scores of every slice that the log could hold fit a message as well."""
    entry = given.processed(0, (target, answers), confidence=confidence)

    assert len(score_entry(entry, [ACCURACY]).model_dump_json()) < len(entry.model_dump_json())


def test_whatever_a_run_may_ask_for_can_be_scored() -> None:
    """Launching reads the table of contracts alone: a name without a function scores nothing."""
    assert set(SCORERS) == {(each.name, each.version) for each in KNOWN_SCORERS.values()}
