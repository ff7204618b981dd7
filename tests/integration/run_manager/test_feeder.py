"""The feeder against a real log in which somebody else spoke first."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import nats
import pytest_asyncio

from runoff_contracts import subjects
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import (
    Contender,
    DatasetUsed,
    RunCanceled,
    RunCreated,
    RunResliced,
    RunStarted,
)
from runoff_contracts.ids import new_run_id
from runoff_contracts.run_config import RunConfig
from runoff_contracts.work import WorkItem
from runoff_eventlog.log import EventLog
from runoff_run_manager.active import ActiveRun
from runoff_run_manager.evolve import Run
from runoff_run_manager.feeder import Feeder
from runoff_run_manager.work_queue import WorkQueue
from runoff_run_manager.workers import Workers
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.streams import made_streams

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DIGEST = f"sha256:{1:064x}"


class Desk:
    """A log, a queue and a feeder in this process."""

    def __init__(self, log: EventLog, feeder: Feeder) -> None:
        self.log, self.feeder, self.queue = log, feeder, WorkQueue(log.nc)

    async def run(self, *more: Event) -> ActiveRun:
        """A run of 40 entries, as a feeder holds it that knows these events and no later ones."""
        run_id = new_run_id()
        created = RunCreated(
            run_id=run_id,
            command_id="c",
            task="classification",
            dataset=DatasetUsed(dataset="d", number=1, digest=DIGEST),
            entries=DIGEST,
            n_entries=40,
            contenders=[Contender(position=0, model="python/m:f", digest=DIGEST)],
            scorers=[],
            config=RunConfig(),
            priority="normal",
            created_at=NOW,
        )
        events = [created, *[each.model_copy(update={"run_id": run_id}) for each in more]]
        seq = 0
        for event in events:
            seq = await self.say(run_id, event, seq, "before")
        run = Run.of(events)
        assert run is not None
        return ActiveRun(run, seq)

    async def say(self, run_id: str, event: Event, seq: int, append_id: str) -> int:
        """Append to a lifecycle as another process would."""
        appended = await self.log.append(
            subjects.lifecycle(run_id),
            [event],
            append_id=f"{append_id}:{event.type}",
            expected_seq=seq,
        )
        return appended.seq

    async def said(self, run_id: str) -> list[str]:
        messages = await self.log.read(subjects.lifecycle(run_id))
        return [message.headers["ce-type"] for message in messages]

    async def items(self, run_id: str) -> list[WorkItem]:
        """What of a run is in the queue, in order."""
        numbers = sorted((await self.queue.look()).slices.get(run_id, ()))
        messages = [
            await self.log.js.get_last_msg(
                subjects.WORK_STREAM, subjects.work("normal", run_id, number)
            )
            for number in numbers
        ]
        return [WorkItem.model_validate_json(message.data or b"") for message in messages]


@pytest_asyncio.fixture
async def desk(nats_server: Server) -> AsyncIterator[Desk]:
    made_streams(nats_server.url)
    nc = await nats.connect(nats_server.url)
    log = EventLog(nc, source="runoff/run-manager")
    workers = Workers(clock=asyncio.get_running_loop().time)
    feeder = Feeder(log, WorkQueue(nc), workers, look_s=0.2)
    task = asyncio.ensure_future(feeder.feed(nc))
    try:
        yield Desk(log, feeder)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await nc.close()


def begun(size: int) -> RunStarted:
    return RunStarted(run_id=new_run_id(), slice_size=size, started_at=NOW)


async def test_a_start_that_another_process_said_under_the_same_id_is_read(desk: Desk) -> None:
    """A killed process' append may arrive late: it says slices of 5 where this one would say 8.

    The log takes both for the same append; the cut is the one that it has.
    """
    active = await desk.run()
    run_id, seq = active.run_id, active.seq
    event = begun(5).model_copy(update={"run_id": run_id})
    await desk.log.append(
        subjects.lifecycle(run_id),
        [event],
        append_id=f"{run_id}:run.started:{seq}",
        expected_seq=seq,
    )

    desk.feeder.add(active)

    await eventually(lambda: _n_items(desk, run_id, 8))
    assert [item.n for item in await desk.items(run_id)] == [5] * 8
    assert await desk.said(run_id) == ["run.created", "run.started"]


async def test_a_settlement_that_came_too_late_is_said_again(desk: Desk) -> None:
    """Another process cut the run anew meanwhile, which settles nothing."""
    active = await desk.run(begun(20))
    run_id = active.run_id
    cut = RunResliced(run_id=run_id, first_slice=1, from_entry=20, slice_size=10, resliced_at=NOW)
    await desk.say(run_id, cut, active.seq, "other")
    for number in range(2):
        active.note_processed(number, n=20, n_answers=20, n_failed=0, elapsed_s=1)
        active.note_scored(number, n=20)

    desk.feeder.add(active)

    await eventually(lambda: _is_last(desk, run_id, "run.completed"))
    assert await desk.said(run_id) == [
        "run.created",
        "run.started",
        "run.resliced",
        "run.completed",
    ]


async def test_a_lost_slice_is_no_place_to_cut_anew(desk: Desk) -> None:
    """Slices behind it are out with the old cut, and some are answered."""
    active = await desk.run(begun(1))
    run_id = active.run_id
    desk.feeder.add(active)
    await eventually(lambda: _n_items(desk, run_id, 16))

    active.note_lost([2])
    active.note_processed(5, n=1, n_answers=1, n_failed=0, elapsed_s=0.001)
    desk.feeder.wake()

    await eventually(lambda: _is_last(desk, run_id, "run.resliced"))
    assert active.run.plan[-1].first_slice == 16
    await eventually(lambda: _n_items(desk, run_id, 17))
    assert [item.n for item in await desk.items(run_id)] == [1] * 16 + [16]


async def test_a_run_that_was_canceled_elsewhere_is_dropped_with_its_work(desk: Desk) -> None:
    """The guard tells of it at the next event, even before the log's reader does."""
    active = await desk.run(begun(1))
    run_id = active.run_id
    desk.feeder.add(active)
    await eventually(lambda: desk.items(run_id))
    await desk.say(run_id, RunCanceled(run_id=run_id, canceled_at=NOW), active.seq, "other")

    active.note_processed(0, n=1, n_answers=1, n_failed=0, elapsed_s=0.001)
    for number in range(40):
        active.note_scored(number, n=1)
    desk.feeder.wake()

    await eventually(lambda: desk.feeder.run(run_id) is None)
    assert await desk.items(run_id) == []
    assert await desk.said(run_id) == ["run.created", "run.started", "run.canceled"]


async def test_a_slice_that_is_in_the_log_is_not_taken_for_lost(desk: Desk) -> None:
    """It left the queue, and the note of it has not come yet."""
    active = await desk.run(begun(20))
    run_id = active.run_id
    desk.feeder.add(active)
    await eventually(lambda: _n_items(desk, run_id, 2))
    await desk.log.nc.request(subjects.processed(run_id, 0), b"[]", 5)
    await desk.log.js.purge_stream(subjects.WORK_STREAM, subject=subjects.work("normal", run_id, 0))
    await desk.log.js.purge_stream(subjects.WORK_STREAM, subject=subjects.work("normal", run_id, 1))

    await eventually(lambda: desk.items(run_id))

    assert [item.slice for item in await desk.items(run_id)] == [1]


async def test_an_item_stands_in_the_queue_once_however_often_it_is_put(desk: Desk) -> None:
    """A put that was not answered in time is done again; taken out, it may come again."""
    item = WorkItem(run_id=new_run_id(), slice=3, start=0, n=5)
    for _ in range(3):
        await desk.queue.put(item, priority="low", traceparent=None)
    state = (await desk.log.js.stream_info(subjects.WORK_STREAM)).state
    assert state.messages == 1

    await desk.queue.drop(item.run_id)
    await desk.queue.put(item, priority="low", traceparent=None)

    assert (await desk.queue.look()).slices == {item.run_id: {3}}


async def _is_last(desk: Desk, run_id: str, type_: str) -> bool:
    return (await desk.said(run_id))[-1] == type_


async def _n_items(desk: Desk, run_id: str, n: int) -> bool:
    return len(await desk.items(run_id)) == n
