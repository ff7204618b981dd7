"""A run from launch to settlement, answered by a scripted crew."""

from __future__ import annotations

import asyncio
import json

import pytest
from nats.aio.msg import Msg

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted
from runoff_contracts.events.lifecycle import RunCompleted, RunFailed, RunResliced, RunStarted
from runoff_contracts.run_config import RunConfig
from runoff_contracts.work import WorkItem
from runoff_run_manager.slicing import largest_slice
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.crew import Crew, at_work
from tests.integration.run_manager.office import SLICE, Office, settlements


async def test_a_run_is_launched_started_and_completed_once(office: Office) -> None:
    """Every entry is asked about once, and the last word counts the failed ones."""
    run_id = await office.launch(100)
    async with at_work(
        office.server.url, answer=lambda index, place: None if index < 7 and place else "x"
    ) as crew:
        await office.until(run_id, "run.completed")

    lifecycle = await office.lifecycle(run_id)
    assert [event.type for event in lifecycle] == ["run.created", "run.started", "run.completed"]
    last = lifecycle[-1]
    assert isinstance(last, RunCompleted)
    assert (last.n_entries, last.n_failed) == (100, 7)
    assert await office.entries(run_id) == list(range(100))
    assert crew.n_repeated == 0


async def test_a_run_that_nothing_answered_fails_and_says_why(office: Office) -> None:
    """The first error is what a person needs first."""
    run_id = await office.launch(20)
    async with at_work(office.server.url, answer=lambda *_: None):
        await office.until(run_id, "run.failed")

    *_, last = await office.lifecycle(run_id)
    assert isinstance(last, RunFailed)
    assert "no idea about 0" in last.reason


async def test_a_run_is_not_completed_before_it_is_scored(office: Office) -> None:
    """Whoever reads RunCompleted can read final numbers."""
    run_id = await office.launch(2 * SLICE)
    async with at_work(office.server.url, scores=False) as crew:
        await eventually(lambda: len(crew.asked) == 2)
        await crew.append_scores(crew.asked[0])
        await office.cancel(run_id)

    assert settlements(await office.said(run_id)) == ["run.canceled"]


async def test_a_canceled_run_leaves_the_queue_and_workers_are_told(office: Office) -> None:
    """Nothing of it is handed out any more, and what was out comes too late."""
    told: asyncio.Queue[Msg] = asyncio.Queue()
    run_id = await office.launch(2000)
    subscription = await office.nc.subscribe(subjects.canceled(run_id), cb=told.put)
    await office.nc.flush()
    await eventually(lambda: _n_queued(office, run_id))

    assert isinstance(await office.cancel(run_id), Accepted)

    async with asyncio.timeout(1):
        await told.get()
    await eventually(lambda: _is_empty(office, run_id))
    crew = Crew(office.log)
    late = WorkItem(run_id=run_id, slice=0, start=0, n=SLICE)
    await crew.append(late)
    await crew.append_scores(late)
    other = await office.launch(16)
    async with at_work(office.server.url):
        await office.until(other, "run.completed")
    assert await office.said(run_id) == ["run.created", "run.started", "run.canceled"]
    assert await _is_empty(office, run_id)
    await subscription.unsubscribe()


async def test_canceling_while_it_completes_settles_once(office: Office) -> None:
    """Whoever is first in the log is right; the other looks again."""
    outcomes = set()
    async with at_work(office.server.url):
        for attempt in range(12):
            run_id = await office.launch(2 * SLICE)
            await eventually(lambda r=run_id: office.n_processed(r))  # type: ignore[misc]  # a lambda with a default
            await asyncio.sleep(attempt * 0.002)  # the moment is what varies here
            answers = await asyncio.gather(*[office.cancel(run_id) for _ in range(3)])
            await eventually(lambda r=run_id: _settled(office, r))  # type: ignore[misc]  # as above

            said = settlements(await office.said(run_id))
            assert len(said) == 1
            accepted = {isinstance(answer, Accepted) for answer in answers}
            assert accepted == {said == ["run.canceled"]}
            outcomes.update(said)
    assert outcomes <= {"run.completed", "run.canceled"}


async def test_high_goes_before_normal_before_low(office: Office) -> None:
    """Launched the other way round, all in the queue before anyone works."""
    runs = {}
    for priority in ("low", "normal", "high"):
        runs[priority] = await office.launch(8 * SLICE, priority=priority)
    await eventually(lambda: _all_out(office, list(runs.values()), n_slices=8))
    async with at_work(office.server.url) as crew:
        for run_id in runs.values():
            await office.until(run_id, "run.completed")

    order = [item.run_id for item in crew.asked]
    assert order == [runs["high"]] * 8 + [runs["normal"]] * 8 + [runs["low"]] * 8


async def test_two_runs_of_one_priority_share_the_workers(office: Office) -> None:
    """The one launched second does not wait for the end of the first."""
    first = await office.launch(50 * SLICE)
    await eventually(lambda: _n_queued(office, first))
    second = await office.launch(40 * SLICE)
    async with at_work(office.server.url) as crew:
        await office.until(first, "run.completed")
        await office.until(second, "run.completed")

    order = [item.run_id for item in crew.asked]
    assert (order.count(first), order.count(second)) == (50, 40)
    # The first had its 16 out before the second came; from then on they take turns.
    half = order[16:66]
    assert 15 <= half.count(second) <= 35


@pytest.mark.parametrize("n_hands", [1, 6])
async def test_fast_models_get_larger_slices_and_each_entry_is_asked_once(
    office: Office, n_hands: int
) -> None:
    """Also when slices come back in any order and the cut changes meanwhile."""
    # Of its own config: the pace of an equal run would be known, and this one cut by it at once.
    run_id = await office.launch(6000, config=RunConfig(timeout_s=50 + n_hands))
    async with at_work(office.server.url, elapsed_s=lambda _: 0.004, n_hands=n_hands) as crew:
        await office.until(run_id, "run.completed")

    lifecycle = await office.lifecycle(run_id)
    sizes = [event.slice_size for event in lifecycle if isinstance(event, RunStarted | RunResliced)]
    largest = largest_slice(n_entries=6000, batch_size=32, n_contenders=2, n_attempts=3)
    assert sizes == [SLICE, largest]
    assert await office.entries(run_id) == list(range(6000))
    assert crew.n_repeated == 0
    assert len(crew.asked) < 200


async def test_a_message_of_somebody_else_stops_nothing(office: Office) -> None:
    """A foreign message on a slice's subject has none of our headers."""
    run_id = await office.launch(16)
    subject = subjects.processed(run_id, 99)
    await office.nc.request(subject, b"hello", timeout=5)
    async with at_work(office.server.url):
        await office.until(run_id, "run.completed")

    assert office.service.said_at("slice.foreign")


async def test_work_is_in_the_queue_once(office: Office) -> None:
    """Items carry their range; the queue's subjects are unique."""
    run_id = await office.launch(5 * SLICE)
    await eventually(lambda: _all_out(office, [run_id], n_slices=5))

    items = []
    for number in range(5):
        raw = await office.log.js.get_last_msg(
            subjects.WORK_STREAM, subjects.work("normal", run_id, number)
        )
        items.append(json.loads(raw.data or b""))

    assert [(item["slice"], item["start"], item["n"]) for item in items] == [
        (number, SLICE * number, SLICE) for number in range(5)
    ]
    await office.cancel(run_id)


async def _n_queued(office: Office, run_id: str) -> int:
    return (await office.queued())[run_id]


async def _is_empty(office: Office, run_id: str) -> bool:
    return await _n_queued(office, run_id) == 0


async def _all_out(office: Office, run_ids: list[str], *, n_slices: int) -> bool:
    queued = await office.queued()
    return all(queued[run_id] == n_slices for run_id in run_ids)


async def _settled(office: Office, run_id: str) -> bool:
    return bool(settlements(await office.said(run_id)))
