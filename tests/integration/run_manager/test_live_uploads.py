"""Predictions that are pushed while run-manager dies between and under them."""

from __future__ import annotations

import asyncio

from runoff_contracts import subjects
from runoff_contracts.commands import (
    Accepted,
    CompleteUploads,
    PauseRun,
    RegisterModel,
    RepeatRun,
    ResumeRun,
    UploadPredictions,
)
from runoff_contracts.ids import new_run_id
from runoff_contracts.model_spec import UploadSpec
from runoff_contracts.problem import Problem
from runoff_contracts.pushed import Marked
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.crew import Crew, at_work
from tests.integration.run_manager.office import Office, settlements

N = 750
BATCH = 250
ANSWER, FAILURE, OTHER = 3, 2, 7
FILE = f"sha256:{1:064x}"


async def launch_live(office: Office, n_entries: int = N) -> str:
    """A run of a live model beside a function."""
    spec = UploadSpec(task="classification", live=True)
    done = await office.order(RegisterModel, model="upload/net", spec=spec)
    assert isinstance(done, Accepted), done
    return await office.launch(n_entries, models=["upload/net", "python/m:g"])


async def push(
    office: Office, run_id: str, places: range, *, mark: int = ANSWER
) -> Accepted | Problem:
    rows = Marked.of([(place, mark) for place in places])
    return await office.order(UploadPredictions, run_id=run_id, file=FILE, rows=rows)


def n_new(done: Accepted | Problem) -> object:
    assert isinstance(done, Accepted), done
    return done.data["n_new"]


async def restarted(office: Office) -> None:
    office.service.kill9()
    await asyncio.to_thread(office.service.start)


async def test_pushes_survive_the_death_of_run_manager(own_office: Office) -> None:
    """Killed under a push and behind one; what was asked once is never asked again.

    Batches come from the end to the beginning, each twice: the second time nothing is new.
    """
    office = own_office
    await asyncio.to_thread(office.service.start)
    run_id = await launch_live(office)
    async with at_work(office.server.url, elapsed_s=lambda item: item.n * 0.01) as crew:
        for start, killed in zip(
            range(N - BATCH, -1, -BATCH), ("under", "behind", ""), strict=True
        ):
            batch = range(start, start + BATCH)
            under_way = asyncio.create_task(push(office, run_id, batch))
            if killed == "under":
                await restarted(office)
            first = await under_way
            assert isinstance(first, Accepted), first
            if killed == "behind":
                await restarted(office)
            assert n_new(await push(office, run_id, batch)) == 0
        await office.until(run_id, "run.completed")

    assert settlements(await office.said(run_id)) == ["run.completed"]
    assert await office.entries(run_id) == list(range(N))
    assert crew.n_repeated == 0
    assert len(await office.log.read(subjects.uploads(run_id))) == N // BATCH
    other = await push(office, run_id, range(3), mark=OTHER)
    assert isinstance(other, Problem)
    assert other.type == "urn:runoff:problem:answer-given"


async def test_nothing_is_handed_out_before_its_predictions(office: Office) -> None:
    """Nor while the run is paused; other runs go on meanwhile."""
    run_id = await launch_live(office, 200)
    await office.until(run_id, "run.started")
    crew = Crew(office.log)
    async with at_work(office.server.url, crew):
        other = await office.launch(200)
        await office.until(other, "run.completed")
        assert {item.run_id for item in crew.asked} == {other}

        await office.order(PauseRun, run_id=run_id)
        assert n_new(await push(office, run_id, range(100))) == 100
        await office.order(ResumeRun, run_id=run_id)
        await eventually(lambda: any(item.run_id == run_id for item in crew.asked))
        asked = [item for item in crew.asked if item.run_id == run_id]
        assert all(item.start + item.n <= 100 for item in asked)

        done = await office.order(CompleteUploads, run_id=run_id)
        assert isinstance(done, Accepted), done
        await office.until(run_id, "run.completed")
    assert await office.entries(run_id) == list(range(200))


async def test_a_run_that_waits_for_predictions_is_canceled_at_once(office: Office) -> None:
    """What was pushed and not handed out yet never is; what comes later is refused."""
    run_id = await launch_live(office, 2000)
    await push(office, run_id, range(1000, 1100))
    await office.cancel(run_id)
    late = await push(office, run_id, range(0, 100))
    after = await office.launch(16)
    async with at_work(office.server.url) as crew:
        await office.until(after, "run.completed")

    assert settlements(await office.said(run_id)) == ["run.canceled"]
    assert isinstance(late, Problem)
    assert late.type.endswith(":run-settled")
    assert {item.run_id for item in crew.asked} == {after}


async def test_a_retry_waits_for_what_failed_alone(office: Office) -> None:
    """It takes over what was answered, also over several retries."""
    run_id = await launch_live(office, 40)
    await push(office, run_id, range(30))
    await push(office, run_id, range(30, 35), mark=FAILURE)
    await office.cancel(run_id)
    for first, last in ((30, 33), (33, 40)):
        again = new_run_id()
        done = await office.order(RepeatRun, run_id=again, of=run_id, what="failed")
        assert isinstance(done, Accepted), done
        assert n_new(await push(office, again, range(last))) == last - first
        run_id = again
        if last < 40:
            await office.cancel(run_id)
    async with at_work(office.server.url):
        await office.until(run_id, "run.completed")
    assert await office.entries(run_id) == list(range(40))
