"""A run steered over HTTP, with every service behind the API."""

from __future__ import annotations

from typing import Any

from runoff_testkit.waiting import eventually
from tests.contract.api.running import FUNCTIONS, World, problem

FIRST, OF_A = f"python/{FUNCTIONS}:first_letter", f"python/{FUNCTIONS}:first_letter_of_a"
N_ENTRIES = 40


async def compared(world: World, run_id: str) -> dict[str, Any]:
    async def run() -> dict[str, Any] | None:
        found: dict[str, Any] = await world.get(f"/api/runs/{run_id}")
        return found if found["comparison_digest"] else None

    return await eventually(run, deadline_s=30, what="the comparison") or {}


async def order(world: World, path: str, body: dict[str, Any] | None = None) -> str:
    answer = await world.http.post(f"/api/runs/{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    return str(answer.json()["id"])


async def launched(world: World, **config: Any) -> str:
    await world.register_texts("texts", *("ab"[n % 2] * 2 for n in range(N_ENTRIES)))
    asked = {"dataset": "texts", "models": [FIRST, OF_A], "config": {"retries": 0, **config}}
    answer = await world.http.post("/api/runs", json=asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_paused_run_goes_on_and_loses_nothing(world: World) -> None:
    """Its status says so meanwhile; what it is called may change at any time."""
    await world.start_everything()
    run_id = await launched(world, sleep_s=0.02)
    await order(world, f"{run_id}/pause")
    paused = await world.get(f"/api/runs/{run_id}")
    renamed = await world.http.patch(f"/api/runs/{run_id}", json={"alias": "b", "labels": {}})
    await order(world, f"{run_id}/resume")
    run = await compared(world, run_id)

    assert renamed.status_code == 200, renamed.text
    assert paused["status"] == "paused"
    assert (run["status"], run["alias"]) == ("completed", "b")
    assert run["n_processed"] == run["n_scored"] == N_ENTRIES
    problem(await world.http.post(f"/api/runs/{run_id}/pause"), 409, "run-settled")


async def test_a_settled_run_is_retried_and_scored_anew(world: World) -> None:
    """New runs take its answers over with all attempts; it never changes itself."""
    await world.start_everything()
    run_id = await launched(world)
    run = await compared(world, run_id)
    retried = await compared(world, await order(world, f"{run_id}/retry"))
    scorers = [{"name": "accuracy"}, {"name": "top_k", "params": {"k": 2}}]
    path = f"{run_id}/rescore"
    rescored = await compared(world, await order(world, path, {"scorers": scorers}))
    entry = (await world.get(f"/api/runs/{retried['run_id']}/entries/e1"))["predictions"]

    assert [each["accuracy"] for each in run["contenders"]] == [1.0, 1.0]
    assert [each["n_failed"] for each in run["contenders"]] == [0, N_ENTRIES // 2]
    assert retried["answers_from"] == {"run_id": run_id, "what": "answered"}
    assert rescored["answers_from"] == {"run_id": run_id, "what": "all"}
    assert [each["taken_from"] for each in entry] == [run_id, None]
    assert [each["name"] for each in rescored["scorers"]] == ["accuracy", "top_k"]
    assert rescored["contenders"][1]["n_failed"] == N_ENTRIES // 2
    assert await world.get(f"/api/runs/{run_id}") == run


async def test_a_completed_run_has_a_report(world: World) -> None:
    """Its metrics are those that lists and filters know."""
    await world.start_everything()
    run_id = await launched(world)
    await compared(world, run_id)
    view = await world.get(f"/api/runs/{run_id}/report")
    run = await world.get(f"/api/runs/{run_id}")

    found = {
        (each["contender"], each["name"]): each["value"]
        for each in view["report"]["metrics"]
        if each["value"] is not None
    }
    assert found[0, "accuracy"] == 1.0
    for (contender, name), value in found.items():
        assert run["contenders"][contender]["metrics"][name] == value
    first = next(iter(found))[1]
    listed = await world.get("/api/runs", filter=f"metrics.'{first}' > -1000000")
    assert [each["run_id"] for each in listed["items"]] == [run_id]
