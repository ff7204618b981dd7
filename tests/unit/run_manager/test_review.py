"""Given a run, which reviews of its answers are taken, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest

from runoff_contracts import subjects
from runoff_contracts.commands import ReviewEntries
from runoff_contracts.problem import Problem
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Run
from runoff_run_manager.review import review_entries
from tests.unit.run_manager import given


def one(index: int = 0, **named: Any) -> dict[str, Any]:
    entry = {"index": index, "entry_id": f"e{index}"}
    return {"entry": entry, "contender": 0, "decision": "approved"} | named


def command(*reviews: dict[str, Any], **named: Any) -> ReviewEntries:
    fields = {
        "command_id": "r1",
        "sent_at": given.NOW,
        "run_id": given.RUN_ID,
        "reviews": list(reviews),
    }
    return ReviewEntries.model_validate(fields | named)


def refused(run: Run | None, *reviews: dict[str, Any]) -> Problem:
    with pytest.raises(Refusal) as caught:
        review_entries(command(*reviews), run, now=given.NOW)
    return caught.value.problem


def test_each_review_is_an_event_of_its_entry_in_their_order() -> None:
    """Whatever order they are sent in, the first subject tells whether they are there."""
    edited = {"label": "1"}
    reviews = [one(7, note="sure"), one(2, contender=1, decision="rejected", edited=edited)]
    made = review_entries(command(*reviews, by=" a person "), given.run_after(), now=given.NOW)

    assert [subject for subject, _ in made] == [
        subjects.entry(given.RUN_ID, 2),
        subjects.entry(given.RUN_ID, 7),
    ]
    first, second = (event for _, event in made)
    assert (first.decision, first.edited and first.edited.label) == ("rejected", "1")
    assert (second.note, second.by, second.command_id) == ("sure", "a person", "r1")


@pytest.mark.parametrize(
    ("review", "field"),
    [
        (one(contender=2), "reviews.1.contender"),
        (one(10), "reviews.1.entry"),
        (one(edited={"label": "1"}), "reviews.1.edited"),
        (one(decision="rejected", edited={"text": "1"}), "reviews.1.edited"),
        (one(decision="rejected", edited={"label": ""}), "reviews.1.edited"),
        (one(5), "reviews.1.entry"),
    ],
)
def test_what_cannot_be_said_of_the_runs_answers_is_refused(
    review: dict[str, Any], field: str
) -> None:
    """By its place, and none of the others is taken either."""
    problem = refused(given.run_after(), one(5), review)

    assert problem.status == 422
    assert [each.field for each in problem.errors] == [field]


def test_a_run_that_is_gone_is_not_reviewed() -> None:
    """As for every other order."""
    gone = given.run_after(given.started(), given.completed(), given.deleted())

    assert refused(None, one()).status == refused(gone, one()).status == 404
