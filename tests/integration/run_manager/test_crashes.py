"""Processes and messages that go away in the middle of a run."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from itertools import pairwise

from nats.js.errors import Error as JetStreamError

from runoff_contracts import subjects
from runoff_contracts.events.lifecycle import RunCanceled, RunCreated, RunResliced, RunStarted
from runoff_contracts.ids import new_run_id
from runoff_contracts.work import WorkItem
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.crew import Crew, at_work
from tests.integration.run_manager.office import SLICE, Office, settlements

N_KILLS = 8
N_ENTRIES = 20_000
SEED = 20261121


async def started(office: Office) -> Office:
    await asyncio.to_thread(office.service.start)
    return office


async def test_a_run_survives_every_death_of_run_manager(own_office: Office) -> None:
    """Killed at random moments while the cut changes all the time.

    Whoever comes after cuts where the log says, and asks nothing that is out or answered.
    """
    rng = random.Random(SEED)

    def uneven(item: WorkItem) -> float:
        return item.n * rng.choice([0.01, 0.03, 0.1])

    office = await started(own_office)
    run_id = await office.launch(N_ENTRIES)
    n_kills = 0
    async with at_work(office.server.url, elapsed_s=uneven, n_hands=3) as crew:
        while n_kills < N_KILLS and "run.completed" not in await office.said(run_id):
            n_before = len(crew.asked)
            await eventually(lambda n=n_before: len(crew.asked) > n + 2)  # type: ignore[misc]  # a lambda with a default
            await asyncio.sleep(rng.random() * 0.05)  # the moment is what varies here
            office.service.kill9()
            n_kills += 1
            await started(office)
        await office.until(run_id, "run.completed")

    assert n_kills == N_KILLS
    said = await office.said(run_id)
    assert settlements(said) == ["run.completed"]
    assert said.count("run.started") == 1
    assert await office.entries(run_id) == list(range(N_ENTRIES))
    assert crew.n_repeated == 0


async def test_the_cut_is_read_from_the_log_after_a_death(own_office: Office) -> None:
    """Slices that lay out of order are no place to cut anew: others may hold what is behind."""
    office = await started(own_office)
    run_id = await office.launch(6000)
    crew = Crew(office.log, elapsed_s=lambda _: 0.01)
    await eventually(lambda: _n_queued(office, run_id, 16))
    # Slice 3 is answered while 0, 1 and 2 wait; the dispatcher dies right behind.
    await crew.append(WorkItem(run_id=run_id, slice=3, start=3 * SLICE, n=SLICE))
    office.service.kill9()
    await started(office)
    async with at_work(office.server.url, elapsed_s=lambda _: 0.01) as hands:
        await office.until(run_id, "run.completed")

    lifecycle = await office.lifecycle(run_id)
    cuts = [
        (event.first_slice, event.from_entry)
        for event in lifecycle
        if isinstance(event, RunResliced)
    ]
    assert cuts
    assert cuts[0][0] >= 16
    assert all(a < b for a, b in pairwise(cuts))
    assert await office.entries(run_id) == list(range(6000))
    # Slice 3 was in the queue still: a real worker finds it in the log.
    assert hands.n_repeated == 0


async def test_work_that_the_server_lost_is_handed_out_again(own_office: Office) -> None:
    """The queue is in memory: a killed server forgets it, the log does not."""
    office = await started(own_office)
    run_id = await office.launch(2000)
    async with at_work(office.server.url, n_hands=2) as crew:
        await eventually(lambda: len(crew.asked) > 30)
        office.server.kill9()
        office.server.start()
        await office.until(run_id, "run.completed")

    assert settlements(await office.said(run_id)) == ["run.completed"]
    assert await office.entries(run_id) == list(range(2000))
    assert office.service.said_at("work.lost")
    # What two hands held when the server died.
    assert crew.n_repeated <= 2


async def test_server_and_run_manager_killed_together_lose_nothing(own_office: Office) -> None:
    """Nobody knows what was out: the run goes on with the cut that it has."""
    office = await started(own_office)
    run_id = await office.launch(3000)
    async with at_work(office.server.url, elapsed_s=lambda item: item.n * 0.1) as crew:
        await eventually(lambda: len(crew.asked) > 5)
        crew.open.clear()
        office.service.kill9()
        office.server.kill9()
        office.server.start()
        await started(office)
        n_before = (await office.said(run_id)).count("run.resliced")
        crew.elapsed_s = lambda _: 0.001
        crew.open.set()
        await office.until(run_id, "run.completed")

    assert await office.entries(run_id) == list(range(3000))
    assert (await office.said(run_id)).count("run.resliced") == n_before


async def test_a_message_that_is_lost_in_silence_is_handed_out_again(own_office: Office) -> None:
    """Neither in the queue nor in the log: it was lost."""
    office = await started(own_office)
    run_id = await office.launch(5 * SLICE)
    await eventually(lambda: _n_queued(office, run_id, 5))
    for number in (1, 4):
        subject = subjects.work("normal", run_id, number)
        lost = await office.log.js.get_last_msg(subjects.WORK_STREAM, subject)
        assert lost.seq is not None
        await office.log.js.delete_msg(subjects.WORK_STREAM, lost.seq)
    async with at_work(office.server.url) as crew:
        await office.until(run_id, "run.completed")

    assert crew.n_repeated == 0
    assert len(office.service.said_at("work.lost")) == 1


async def test_nothing_is_handed_out_again_while_it_waits(own_office: Office) -> None:
    """Looks into the queue that find everything change nothing, however long workers are away."""
    office = await started(own_office)
    run_id = await office.launch(5 * SLICE)
    await eventually(lambda: _n_queued(office, run_id, 5))
    first = (await office.log.js.stream_info(subjects.WORK_STREAM)).state
    await office.log.js.delete_stream(subjects.WORK_STREAM)
    await eventually(lambda: _n_queued(office, run_id, 5))
    async with at_work(office.server.url) as crew:
        await office.until(run_id, "run.completed")

    assert first.messages == 5
    assert crew.n_repeated == 0


async def test_a_run_that_is_only_in_the_log_is_fed(own_office: Office) -> None:
    """Its creator died behind the append, or its append was never answered: up or down."""
    office = await started(own_office)
    seen = await office.launch(16)
    (created, *_) = await office.lifecycle(seen)
    assert isinstance(created, RunCreated)

    async def append() -> str:
        run_id = new_run_id()
        event = created.model_copy(update={"run_id": run_id})
        await office.log.append(
            subjects.lifecycle(run_id), [event], append_id=run_id, expected_seq=0
        )
        return run_id

    while_up = await append()
    async with at_work(office.server.url):
        await office.until(while_up, "run.completed")
        office.service.kill9()
        while_down = await append()
        await started(office)
        await office.until(while_down, "run.completed")


async def test_what_a_canceled_run_left_in_the_queue_is_taken_out_at_start(
    own_office: Office,
) -> None:
    """run-manager died between the event and the purge."""
    office = await started(own_office)
    run_id = await office.launch(50 * SLICE)
    await eventually(lambda: _n_queued(office, run_id, 16))
    office.service.kill9()
    last = await office.log.last(subjects.lifecycle(run_id))
    assert last is not None
    await office.log.append(
        subjects.lifecycle(run_id),
        [RunCanceled(run_id=run_id, canceled_at=datetime.now(UTC))],
        append_id="canceled",
        expected_seq=last.seq,
    )

    await started(office)

    await eventually(lambda: _n_queued(office, run_id, 0))
    assert await office.said(run_id) == ["run.created", "run.started", "run.canceled"]


async def test_another_dispatcher_that_spoke_first_is_obeyed(own_office: Office) -> None:
    """The plan in the log is the plan, whoever wrote it: here it begins with slices of 5."""
    office = own_office
    await asyncio.to_thread(office.service.start)
    seen = await office.launch(16)
    await office.cancel(seen)
    (created, *_) = await office.lifecycle(seen)
    office.service.kill9()
    run_id = new_run_id()
    event = created.model_copy(update={"run_id": run_id})
    begun = RunStarted(run_id=run_id, slice_size=5, started_at=datetime.now(UTC))
    await office.log.append(
        subjects.lifecycle(run_id), [event, begun], append_id=run_id, expected_seq=0
    )
    await started(office)
    async with at_work(office.server.url) as crew:
        await office.until(run_id, "run.completed")

    assert [item.n for item in crew.asked] == [5, 5, 5, 1]


async def _n_queued(office: Office, run_id: str, n: int) -> bool:
    try:
        return (await office.queued())[run_id] == n
    except JetStreamError:
        return False
