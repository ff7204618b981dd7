"""Reviews and edits by request and reply, against the real service."""

from __future__ import annotations

import asyncio
from typing import Any

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, CreateRun, EditRun, ReviewEntries
from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.events.review import EntryReviewed
from runoff_contracts.ids import new_run_id
from runoff_contracts.problem import Problem
from runoff_contracts.reviewing import approvals
from tests.integration.run_manager.office import Office


def one(index: int, decision: str, **named: Any) -> dict[str, Any]:
    entry = {"index": index, "entry_id": f"e{index}"}
    return {"entry": entry, "contender": 0, "decision": decision} | named


async def reviews_of(office: Office, run_id: str) -> list[EntryReviewed]:
    messages = await office.log.read(subjects.entries_of(run_id))
    events = [event for message in messages for _, event in message.events()]
    assert all(isinstance(event, EntryReviewed) for event in events)
    return [event for event in events if isinstance(event, EntryReviewed)]


async def test_reviews_of_a_thousand_entries_are_taken_once_however_often_sent(
    office: Office,
) -> None:
    """Twenty at the same time, and later ones of another person beside them: nothing is lost."""
    run_id = await office.launch(1000)
    bulk = [one(index, "approved") for index in range(1000)]
    fields = {"run_id": run_id, "reviews": bulk, "command_id": "bulk", "by": "first"}
    others = [
        office.order(ReviewEntries, run_id=run_id, reviews=[one(7, "rejected")], by=str(number))
        for number in range(3)
    ]

    done = await asyncio.gather(*(office.order(ReviewEntries, **fields) for _ in range(3)), *others)
    assert all(isinstance(each, Accepted) for each in done), done
    again = await office.order(ReviewEntries, **fields)

    assert isinstance(again, Accepted)
    assert again.data == {"run_id": run_id, "n_reviews": 1000}
    said = await reviews_of(office, run_id)
    assert len(said) == 1003
    assert sorted(each.by for each in said if each.index == 7) == ["0", "1", "2", "first"]
    first, _ = approvals(said, n_contenders=2)
    assert first.n_approved + first.n_rejected == 1000
    await office.cancel(run_id)


async def test_one_wrong_review_refuses_them_all(office: Office) -> None:
    """An entry that is called otherwise is a mix-up, which must not be guessed away."""
    run_id = await office.launch(3)
    wrong = {**one(1, "approved"), "entry": {"index": 1, "entry_id": "e2"}}
    outcome = await office.order(ReviewEntries, run_id=run_id, reviews=[one(0, "approved"), wrong])

    assert isinstance(outcome, Problem)
    assert outcome.type == "urn:runoff:problem:unknown-entry"
    assert await reviews_of(office, run_id) == []
    await office.cancel(run_id)


async def test_of_two_editors_who_saw_the_same_one_is_refused(office: Office) -> None:
    """And the next launch takes over what the other one wrote."""
    run_id = await office.launch(3, params={"lr": 0.1})
    done = await asyncio.gather(
        *(
            office.order(EditRun, run_id=run_id, params={"lr": lr}, params_version=1, by=str(lr))
            for lr in (0.2, 0.3)
        )
    )
    new_id = new_run_id()
    dataset = await office.dataset(3)
    launch = {"run_id": new_id, "dataset": dataset, "models": ["python/m:f"], "template": run_id}
    launched = await office.order(CreateRun, **launch, params={"note": "again"})

    (refused,) = [each for each in done if isinstance(each, Problem)]
    assert (refused.status, refused.errors[0].field) == (412, "params.lr")
    assert isinstance(launched, Accepted), launched
    (created, *_) = await office.log.read(subjects.lifecycle(new_id))
    ((_, event),) = created.events()
    assert isinstance(event, RunCreated)
    assert event.params in ({"lr": 0.2, "note": "again"}, {"lr": 0.3, "note": "again"})
    assert event.params_from == run_id
    assert event.server is not None
    assert event.server.python.startswith("CPython")
    await office.cancel(run_id)
    await office.cancel(new_id)
