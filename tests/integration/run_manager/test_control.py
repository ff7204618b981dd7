"""Pause, resume, a time to start, limits: also across the death of run-manager."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

from nats.aio.msg import Msg

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, EditRun, PauseRun, ResumeRun
from runoff_contracts.events.lifecycle import RunCreated, RunEdited, RunFailed, RunStarted
from runoff_contracts.problem import Problem
from runoff_contracts.run_config import RunConfig
from runoff_contracts.work import WorkItem
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.crew import Crew, at_work
from tests.integration.run_manager.office import SLICE, Office

N_ENTRIES = 40 * SLICE


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def far_off() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


async def started(office: Office) -> Office:
    await asyncio.to_thread(office.service.start)
    return office


async def test_a_paused_run_ends_what_is_in_hand_and_hands_out_nothing(office: Office) -> None:
    """What lies in the queue is taken back; resumed, each entry is asked once after all."""
    run_id = await office.launch(N_ENTRIES)
    async with at_work(office.server.url, n_hands=2) as crew:
        crew.open.clear()
        await eventually(lambda: len(crew.held) == 2)
        assert isinstance(await office.order(PauseRun, run_id=run_id), Accepted)
        crew.open.set()
        await eventually(lambda: _is_idle(office, run_id))
        n_asked = len(crew.asked)
        assert 2 <= n_asked < 16
        assert await office.n_processed(run_id) == n_asked

        assert isinstance(await office.order(ResumeRun, run_id=run_id), Accepted)
        await office.until(run_id, "run.completed")

    assert await office.entries(run_id) == list(range(N_ENTRIES))
    assert crew.n_repeated == 0
    assert await office.said(run_id) == [
        "run.created",
        "run.started",
        "run.paused",
        "run.resumed",
        "run.completed",
    ]


async def test_a_pause_outlives_the_death_of_run_manager(own_office: Office) -> None:
    """With work in hand, work in the queue, and nobody there to resume it."""
    office = await started(own_office)
    run_id = await office.launch(N_ENTRIES)
    async with at_work(office.server.url) as crew:
        crew.open.clear()
        await eventually(lambda: crew.held)
        await office.order(PauseRun, run_id=run_id)
        office.service.kill9()
        await started(office)
        crew.open.set()
        await eventually(lambda: _is_idle(office, run_id))
        other = await office.launch(SLICE)
        await office.until(other, "run.completed")
        assert (await office.said(run_id))[-1] == "run.paused"
        n_before = await office.n_processed(run_id)
        office.service.kill9()
        await started(office)
        assert await office.n_processed(run_id) == n_before < 40

        await office.order(ResumeRun, run_id=run_id)
        await office.until(run_id, "run.completed")

    assert await office.entries(run_id) == list(range(N_ENTRIES))
    assert crew.n_repeated == 0


async def test_a_resumed_run_is_fed_though_no_worker_was_there_while_it_was_paused(
    office: Office,
) -> None:
    """Its work waited in the queue, and nobody took it back."""
    run_id = await office.launch(5 * SLICE)
    await office.until(run_id, "run.started")
    await office.order(PauseRun, run_id=run_id)
    await office.order(ResumeRun, run_id=run_id)
    async with at_work(office.server.url) as crew:
        await office.until(run_id, "run.completed")

    assert crew.n_repeated == 0


async def test_an_order_that_comes_again_is_carried_out_once(office: Office) -> None:
    """Its reply was lost, and the run is elsewhere by now: it is answered as the first time."""
    run_id = await office.launch(SLICE, start_at=far_off())
    pause = {"run_id": run_id, "command_id": "pause-it"}
    resume = {"run_id": run_id, "command_id": "resume-it"}

    done = [
        await office.order(PauseRun, **pause),
        await office.order(ResumeRun, **resume),
        await office.order(ResumeRun, **resume),
        await office.order(PauseRun, **pause),
    ]

    assert all(isinstance(each, Accepted) for each in done)
    assert await office.said(run_id) == ["run.created", "run.paused", "run.resumed"]
    refused = await office.order(ResumeRun, run_id=run_id)
    assert isinstance(refused, Problem)
    assert refused.status == 409
    await office.cancel(run_id)


async def test_a_run_starts_at_its_time_and_not_before(office: Office) -> None:
    """A time that is over means at once."""
    start_at = soon()
    run_id = await office.launch(SLICE, start_at=start_at)
    past = await office.launch(SLICE, start_at=datetime(2020, 1, 1, tzinfo=UTC))
    async with at_work(office.server.url):
        await office.until(past, "run.completed")
        await office.until(run_id, "run.completed")

    (created, begun, _) = await office.lifecycle(run_id)
    assert isinstance(created, RunCreated)
    assert isinstance(begun, RunStarted)
    assert created.start_at == start_at <= begun.started_at


async def test_a_time_to_start_outlives_the_death_of_run_manager(own_office: Office) -> None:
    """It is in the log; a process that comes back after it starts the run at once."""
    office = await started(own_office)
    missed, waiting = soon(), far_off()
    run_id = await office.launch(SLICE, start_at=missed)
    later = await office.launch(SLICE, start_at=waiting)
    office.service.kill9()
    await eventually(lambda: datetime.now(UTC) > missed)
    await started(office)
    async with at_work(office.server.url):
        await office.until(run_id, "run.completed")

    assert await office.said(later) == ["run.created"]


async def test_a_waiting_run_can_be_paused_canceled_and_deleted(office: Office) -> None:
    """Nothing of it is ever handed out."""
    runs = [await office.launch(SLICE, start_at=soon()) for _ in range(3)]
    paused, canceled, deleted = runs
    await office.order(PauseRun, run_id=paused)
    await office.cancel(canceled)
    await office.delete(deleted)
    after = await office.launch(SLICE, start_at=soon())
    async with at_work(office.server.url) as crew:
        await office.until(after, "run.completed")
        said = [await office.said(run_id) for run_id in runs]
        await office.order(ResumeRun, run_id=paused)
        await office.until(paused, "run.completed")

    assert said == [
        ["run.created", "run.paused"],
        ["run.created", "run.canceled"],
        ["run.created", "run.canceled", "run.deleted"],
    ]
    assert {item.run_id for item in crew.asked} == {paused, after}


async def test_a_run_over_its_cost_fails_with_the_numbers_and_is_stopped(office: Office) -> None:
    """Workers are told as at a cancellation, and what lies in the queue is taken out."""
    told: asyncio.Queue[Msg] = asyncio.Queue()
    run_id = await office.launch(N_ENTRIES, config=RunConfig(max_cost_usd=0.25))
    subscription = await office.nc.subscribe(subjects.canceled(run_id), cb=told.put)
    async with at_work(office.server.url, cost_usd=lambda _: 0.125) as crew:
        await office.until(run_id, "run.failed")
        async with asyncio.timeout(1):
            await told.get()
        await eventually(lambda: _is_idle(office, run_id))

    *_, last = await office.lifecycle(run_id)
    assert isinstance(last, RunFailed)
    found = re.search(
        r"the known cost of \$([\d.]+) is over max_cost_usd \$0\.25, after", last.reason
    )
    # The third slice is over it; what else was answered by then is counted and said as well.
    assert found is not None, last.reason
    assert 0.25 < float(found[1]) <= 0.125 * len(crew.asked)
    assert len(crew.asked) < 40
    await subscription.unsubscribe()


async def test_a_run_with_too_many_failed_entries_fails_with_the_numbers(office: Office) -> None:
    """Models that fail for all are found out before all is spent."""
    run_id = await office.launch(N_ENTRIES, config=RunConfig(max_failed=0.1))
    async with at_work(
        office.server.url, answer=lambda index, place: None if index % 2 and place else "x"
    ):
        await office.until(run_id, "run.failed")

    *_, last = await office.lifecycle(run_id)
    assert isinstance(last, RunFailed)
    assert f"over max_failed 0.1 of {N_ENTRIES} entries" in last.reason


async def test_what_was_spent_is_counted_anew_after_a_death(own_office: Office) -> None:
    """The slice that is over the limit came while run-manager was down."""
    office = await started(own_office)
    run_id = await office.launch(N_ENTRIES, config=RunConfig(max_cost_usd=1))
    await office.until(run_id, "run.started")
    crew = Crew(office.log, cost_usd=lambda _: 0.75)
    await crew.append(WorkItem(run_id=run_id, slice=0, start=0, n=SLICE))
    office.service.kill9()
    await crew.append(WorkItem(run_id=run_id, slice=1, start=SLICE, n=SLICE))

    await started(office)

    await office.until(run_id, "run.failed")
    await eventually(lambda: _is_idle(office, run_id))
    *_, last = await office.lifecycle(run_id)
    assert isinstance(last, RunFailed)
    assert "$1.5 is over max_cost_usd $1" in last.reason


async def test_a_run_is_edited_under_way_and_goes_on(office: Office) -> None:
    """The feeder's own next word in the lifecycle comes behind a stranger's."""
    run_id = await office.launch(4 * SLICE)
    await office.until(run_id, "run.started")

    await office.order(EditRun, run_id=run_id, alias="best", labels={"lr": "0.1"})
    async with at_work(office.server.url):
        await office.until(run_id, "run.completed")

    edited = next(each for each in await office.lifecycle(run_id) if isinstance(each, RunEdited))
    assert (edited.alias, edited.labels) == ("best", {"lr": "0.1"})


async def _is_idle(office: Office, run_id: str) -> bool:
    return (await office.queued())[run_id] == 0
