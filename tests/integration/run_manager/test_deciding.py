"""Runs that are decided before their end, and plans: against the real service, and its death."""

from __future__ import annotations

import asyncio

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, CreateRun, DecideRun, SealPlan
from runoff_contracts.events.lifecycle import RunCompleted, RunCreated
from runoff_contracts.ids import new_run_id
from runoff_contracts.plan import PlanAsked
from runoff_contracts.problem import Problem
from runoff_contracts.run_config import RunConfig, StopWhenDecided
from runoff_contracts.sequential import WatchedRun
from runoff_objects.entry_set import open_entry_set
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.crew import Crew, at_work
from tests.integration.run_manager.office import SLICE, Office, settlements
from tests.unit.run_manager import given

N_ENTRIES = 40 * SLICE
STOPPING = RunConfig(stop_when_decided=StopWhenDecided(), concurrency=1)


def watched(run_id: str, n: int) -> WatchedRun:
    return given.watched(n, N_ENTRIES).model_copy(update={"run_id": run_id})


async def decide(office: Office, run_id: str, n: int = SLICE) -> None:
    done = await office.order(DecideRun, run_id=run_id, watched=watched(run_id, n))
    assert isinstance(done, Accepted), done


async def completed(office: Office, run_id: str) -> RunCompleted:
    await office.until(run_id, "run.completed")
    (end,) = [each for each in await office.lifecycle(run_id) if isinstance(each, RunCompleted)]
    return end


async def check_end(office: Office, run_id: str, crew: Crew) -> None:
    """It ended early, on entries without a gap, each asked once."""
    end = await completed(office, run_id)
    said = await office.said(run_id)

    assert settlements(said) == ["run.completed"]
    assert said.count("run.decided") == 1
    assert end.n_planned == N_ENTRIES
    assert SLICE <= end.n_entries < N_ENTRIES
    assert await office.entries(run_id) == list(range(end.n_entries))
    assert crew.n_repeated == 0


async def test_what_is_out_ends_and_nothing_new_is_handed_out(office: Office) -> None:
    """The order comes twice, as it does when its answer was lost."""
    run_id = await office.launch(N_ENTRIES, config=STOPPING)
    async with at_work(office.server.url, n_hands=2) as crew:
        await eventually(lambda: len(crew.asked) > 2)
        crew.open.clear()
        await decide(office, run_id)
        await decide(office, run_id)
        crew.open.set()
        await check_end(office, run_id, crew)

    assert (await office.queued())[run_id] == 0


async def test_a_decision_outlives_the_death_of_run_manager(own_office: Office) -> None:
    """Killed right behind it, with work in hand and in the queue."""
    office = own_office
    await asyncio.to_thread(office.service.start)
    run_id = await office.launch(N_ENTRIES, config=STOPPING)
    async with at_work(office.server.url, n_hands=2) as crew:
        await eventually(lambda: len(crew.asked) > 2)
        crew.open.clear()
        await decide(office, run_id)
        office.service.kill9()
        crew.open.set()
        await asyncio.to_thread(office.service.start)
        await check_end(office, run_id, crew)


async def test_a_decision_outlives_the_death_of_the_queue(own_office: Office) -> None:
    """Server and run-manager are killed: what was out and is in no log is asked again."""
    office = own_office
    await asyncio.to_thread(office.service.start)
    run_id = await office.launch(N_ENTRIES, config=STOPPING)
    async with at_work(office.server.url) as crew:
        await eventually(lambda: len(crew.asked) > 3)
        await decide(office, run_id)
        office.server.kill9()
        office.service.kill9()
        office.server.start()
        await asyncio.to_thread(office.service.start)
        end = await completed(office, run_id)

    entries = await office.entries(run_id)
    assert end.n_entries < N_ENTRIES
    assert entries[: end.n_entries] == list(range(end.n_entries))


async def test_entries_are_asked_in_an_order_of_the_seed(office: Office) -> None:
    """So that what was seen at any time is a sample of all; and no more than wanted."""
    rule = StopWhenDecided(seed=3, max_entries=30)
    runs = [
        await office.launch(200, config=RunConfig(stop_when_decided=rule), start_at=given_later())
        for _ in range(2)
    ]
    (one,), (two,) = [await office.lifecycle(each) for each in runs]
    assert isinstance(one, RunCreated)
    assert isinstance(two, RunCreated)
    entries = await open_entry_set(office.objects, one.entries)
    ids = [row.id for row in await entries.rows(0, 200)]

    assert one.entries == two.entries
    assert one.n_entries == len(ids) == 30
    assert ids != sorted(ids, key=lambda each: int(each[1:]))


def given_later() -> str:
    return "2100-01-01T00:00:00Z"


async def test_a_plan_is_sealed_once_and_its_runs_keep_to_it(office: Office) -> None:
    """A run takes from it what it does not say, and is refused where it says something else."""
    dataset = await office.dataset(50)
    models = ["python/m:f", "python/m:g"]
    plan = PlanAsked(
        title="Better?",
        dataset=dataset,
        metric="accuracy",
        models=models,
        margin=0.05,
        stopping={"when_decided": {"min_entries": 20}},
    )
    first = await office.order(SealPlan, plan=plan)
    again = await office.order(SealPlan, plan=plan)
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    digest = str(first.data["digest"])
    assert again.data == {"digest": digest, "created": False}
    assert first.seq == again.seq
    assert len(await office.log.read(subjects.plan(digest))) == 1

    run_id = await office.launch(50, plan=digest, start_at=given_later())
    (created,) = await office.lifecycle(run_id)
    assert isinstance(created, RunCreated)
    assert created.plan == digest
    assert created.config.stop_when_decided == StopWhenDecided(
        metric="accuracy", margin=0.05, min_entries=20
    )

    order = {"dataset": dataset, "models": models, "plan": digest}
    for wrong, name in (
        ({"models": ["python/m:f", "python/m:h"]}, "plan-contradicted"),
        ({"dataset": await office.dataset(49)}, "plan-contradicted"),
        ({"selection": {"ids": ["e1", "e2"]}}, "plan-contradicted"),
        ({"plan": f"sha256:{7:064x}"}, "unknown-plan"),
    ):
        refused = await office.order(CreateRun, **(order | {"run_id": new_run_id()} | wrong))
        assert isinstance(refused, Problem), wrong
        assert refused.type.endswith(name), refused
