"""Routes for whoever looks for something: words, names for a filter, a run's grid."""

from __future__ import annotations

from typing import Any

from runoff_contracts.ids import new_run_id
from tests.contract.api.running import World, problem, wrong_fields
from tests.integration.query import facts


async def test_words_find_runs_datasets_models_and_comparisons(world: World) -> None:
    """All of the words have to be there, in whichever case; of each kind a few."""
    await world.scribe.registry()
    run = await world.scribe.whole_run(n_entries=4)

    async def found(q: str, **asked: Any) -> list[tuple[str, str]]:
        hits = (await world.get("/api/search", q=q, **asked))["hits"]
        return [(each["kind"], each["title"]) for each in hits]

    assert await found("NIGHTLY") == [("run", "nightly")]
    assert await found(run[:8]) == [("run", "nightly")]
    kinds = [kind for kind, _ in await found("digits")]
    assert kinds == ["run", "dataset", "comparison"]
    assert ("model", "onnx/net-0") in await found("net 0 onnx")
    assert ("comparison", "onnx/net-0 · onnx/net-1") in await found("net digits")
    assert await found("digits nowhere") == []
    refused = problem(await world.http.get("/api/search", params={"q": "%&"}), 422, "bad-search")
    assert "letters and digits" in wrong_fields(refused)["q"]


async def test_every_name_that_is_offered_is_one_that_a_filter_takes(world: World) -> None:
    """Also those that have to stand in quotes; choices say what they can be."""
    run = new_run_id()
    odd = {"learning rate": 0.1, "prompt.v2": "x", "a-b": True}
    labels = {"team lead": "ada"}
    created = facts.created(run, 1, params=odd, labels=labels)
    await world.scribe.registry()
    await world.scribe.run(run, created)

    fields = (await world.get("/api/runs/fields"))["fields"]
    names = {each["name"]: each for each in fields}
    assert {"params.`learning rate`", "params.prompt.v2", "params.`a-b`"} <= set(names)
    assert {"tags.`team lead`", "metrics.accuracy", "duration_s"} <= set(names)
    assert "completed" in names["status"]["values"]
    assert names["dataset"]["values"] == ["digits"]
    assert names["model"]["values"] == ["onnx/net-0"]
    for name in names:
        await world.get("/api/runs", filter=f"{name} is null or {name} is not null")
        await world.get("/api/runs", order_by=f"{name} desc")


async def test_a_grid_shows_where_a_run_is_and_what_failed(world: World) -> None:
    """A cell is one entry here; what comes later is read on top of what was known."""
    run = new_run_id()
    await world.scribe.run(run, facts.created(run, 5), facts.started(run))

    async def shown() -> tuple[str, str | None]:
        grid = await world.get(f"/api/runs/{run}/grid")
        assert (grid["per_cell"], grid["n_entries"]) == (1, 5)
        return grid["cells"], grid["furthest"]

    assert await shown() == (".....", None)
    first = [facts.processed(run, 0, "zero", "one"), facts.processed(run, 2, "zero", None)]
    await world.scribe.processed(run, 0, *first)
    assert await shown() == ("+.x..", first[1].entry_id)
    rest = [facts.processed(run, index, "zero", "one") for index in (1, 3)]
    await world.scribe.processed(run, 1, *rest)
    assert await shown() == ("++x+.", rest[1].entry_id)
    problem(await world.http.get(f"/api/runs/{new_run_id()}/grid"), 404, "unknown-run")
