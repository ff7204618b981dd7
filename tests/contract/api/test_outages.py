"""A server that is away is a 503 and comes back by itself; a rebuild is no outage at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio

from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.contract.api.conftest import migrated
from tests.contract.api.running import World, a_world, problem


@pytest_asyncio.fixture
async def mortal(
    nats_server: Server, postgres_server: Server, tmp_path: Path
) -> AsyncIterator[World]:
    """A world whose Postgres may be stopped."""
    await migrated(postgres_server.url)
    async with a_world(nats_server, postgres_server.url, tmp_path) as made:
        yield made


async def test_without_postgres_reads_are_refused_and_then_go_on(
    mortal: World, postgres_server: Server
) -> None:
    """The pool connects anew; nobody has to restart anything."""
    run_id = await mortal.scribe.whole_run(n_entries=2)
    await mortal.get("/api/runs")
    await asyncio.to_thread(postgres_server.kill9)
    for path in ("/api/runs", f"/api/runs/{run_id}", "/api/datasets", "/api/rebuild"):
        answer = await mortal.http.get(path)
        problem(answer, 503, "server-unavailable")
        assert answer.headers["retry-after"]
    problem(await mortal.http.post("/api/rebuild"), 503, "server-unavailable")
    health = await mortal.http.get("/api/health/ready")
    live = await mortal.http.get("/api/health/live")
    await asyncio.to_thread(postgres_server.start)

    async def back() -> bool:
        return (await mortal.http.get("/api/runs")).status_code == 200

    await eventually(back, deadline_s=20, what="the API is back")
    second = await mortal.scribe.whole_run(n_entries=2, seed=2)
    assert (health.status_code, health.json()["status"]) == (503, "unavailable")
    assert live.status_code == 200
    assert (await mortal.get(f"/api/runs/{second}"))["status"] == "completed"


async def test_without_nats_orders_are_refused_and_reads_go_on(
    world: World, nats_server: Server
) -> None:
    """What is in the read models can be read without the log."""
    run_id = await world.scribe.whole_run(n_entries=2)
    await world.get("/api/runs")
    await asyncio.to_thread(nats_server.kill9)
    body = {"dataset": "d", "models": ["onnx/m"]}

    async def refused() -> httpx.Response | None:
        answer = await world.http.post("/api/runs", json=body)
        return answer if answer.status_code == 503 else None

    answer = await eventually(refused, what="an order is refused")
    assert answer is not None
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await world.http.get(f"/api/runs/{run_id}")).status_code == 200
    problem(await world.http.get("/api/events"), 503, "server-unavailable")
    assert (await world.http.get("/api/health/ready")).status_code == 503
    await asyncio.to_thread(nats_server.start)

    async def back() -> bool:
        return (await world.http.get("/api/health/ready")).status_code == 200

    await eventually(back, deadline_s=20, what="the API is back")
    second = await world.scribe.whole_run(n_entries=2, seed=2)
    assert (await world.get(f"/api/runs/{second}"))["status"] == "completed"


async def test_the_api_answers_while_the_read_models_are_rebuilt(world: World) -> None:
    """Every request during a rebuild is answered with the same facts as before."""
    for seed in range(10):
        await world.scribe.whole_run(n_entries=20, seed=seed)
    await world.scribe.registry()
    before = await world.get("/api/runs")
    over = asyncio.Event()
    n_asked = 0

    async def read() -> None:
        nonlocal n_asked
        while not over.is_set():
            runs = await world.http.get("/api/runs")
            assert runs.json() == before
            entries = await world.http.get(
                f"/api/runs/{before['items'][0]['run_id']}/entries?sort=difference"
            )
            assert len(entries.json()["items"]) == 20
            assert (await world.http.get("/api/datasets")).status_code == 200
            n_asked += 1

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        for _ in range(3):
            started = await world.http.post("/api/rebuild")
            assert (started.status_code, started.json()["state"]) == (202, "running")

            async def swapped() -> bool:
                return bool((await world.http.get("/api/rebuild")).json()["state"] == "swapped")

            await eventually(swapped, deadline_s=30, what="the swap")
        over.set()

    state = (await world.http.get("/api/rebuild")).json()
    assert n_asked > 3
    assert all(check["equal"] for check in state["tables"].values())
    assert state["tables"]["entries"]["n_rows"] == 200
    assert await world.get("/api/runs") == before
