"""What reviews come to: the newest of each answer counts, and version 1 alone makes the rate."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runoff_contracts.answers import AnswerBody, Box, Point
from runoff_contracts.events.review import Decision, EntryReviewed
from runoff_contracts.reviewing import approvals, edit_error, newest
from runoff_contracts.task import Task

RUN = "01936f2a-7c40-7b1e-9d53-0a4f6c2e8b17"


def reviewed(
    index: int, decision: Decision, *, contender: int = 0, answer_version: int = 1
) -> EntryReviewed:
    return EntryReviewed(
        run_id=RUN,
        index=index,
        entry_id=f"e{index}",
        contender=contender,
        answer_version=answer_version,
        decision=decision,
        reviewed_at=datetime(2026, 11, 21, tzinfo=UTC),
        command_id="c",
    )


def test_the_newest_review_of_an_answer_counts() -> None:
    """Whoever changes their mind, or takes it back, is not counted twice."""
    said = [
        reviewed(0, "approved"),
        reviewed(0, "rejected"),
        reviewed(1, "approved"),
        reviewed(2, "approved"),
        reviewed(2, "cleared"),
        reviewed(0, "approved", contender=1),
    ]

    first, second = approvals(said, n_contenders=2)
    assert (first.n_approved, first.n_rejected, first.rate) == (1, 1, 0.5)
    assert (second.n_approved, second.n_rejected, second.rate) == (1, 0, 1.0)
    assert set(newest(said)) == {(0, 0, 1), (1, 0, 1), (0, 1, 1)}


def test_further_versions_of_an_answer_make_no_rate() -> None:
    """They count in no score of the run either; their reviews are kept all the same."""
    said = [reviewed(0, "approved", answer_version=2), reviewed(0, "rejected", answer_version=3)]

    (only,) = approvals(said, n_contenders=1)
    assert (only.n_approved, only.n_rejected, only.rate) == (0, 0, None)
    assert len(newest(said)) == 2


@pytest.mark.parametrize(
    ("task", "edited", "is_right"),
    [
        ("classification", AnswerBody(label="cat"), True),
        ("classification", AnswerBody(label=" "), False),
        ("classification", AnswerBody(label="x" * 201), False),
        ("classification", AnswerBody(text="cat"), False),
        ("classification", AnswerBody(label="cat", text="cat"), False),
        ("classification", AnswerBody(), False),
        ("detection", AnswerBody(boxes=[]), True),
        ("detection", AnswerBody(boxes=[Box(label="a", x=0, y=0, width=1, height=1)]), True),
        ("detection", AnswerBody(boxes=[Box(label="", x=0, y=0, width=1, height=1)]), False),
        ("coordinates", AnswerBody(point=Point(x=1, y=2)), True),
        ("coordinates", AnswerBody(label="1, 2"), False),
        ("text", AnswerBody(text=""), True),
        ("text", AnswerBody(data={"a": 1}), False),
    ],
)
def test_a_corrected_answer_is_one_of_the_task(
    task: Task, edited: AnswerBody, is_right: bool
) -> None:
    """It is shown and counted beside the model's, so it has to be of the same kind."""
    assert (edit_error(task, edited) is None) == is_right
