"""Predictions that are pushed to a run under way: what is taken, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import httpx

from runoff_contracts import subjects
from runoff_contracts.pushed import MAX_ROWS
from tests.contract.api.running import World, problem, wrong_fields
from tests.contract.api.test_uploads import answers, settled
from tests.contract.api.uploads import LINES, lines


async def live(world: World, name: str, **params: Any) -> httpx.Response:
    asked = {"live": "true", "task": "classification", **params}
    return await world.http.post(f"/api/predictions/{name}", params=asked)


async def push(world: World, run_id: str, body: bytes, **params: Any) -> httpx.Response:
    asked = {"after": await world.scribe.log.last_seq(), **params}
    path = f"/api/runs/{run_id}/predictions"
    return await world.http.post(path, content=body, headers=LINES, params=asked)


async def launch(world: World, *models: str) -> str:
    answer = await world.http.post("/api/runs", json={"dataset": "texts", "models": models})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_wrong_rows_are_all_named_and_nothing_is_taken(world: World) -> None:
    """By their lines; the sound ones between them are not stored either."""
    await world.start_run_manager()
    await world.start_worker()
    await world.register_texts("texts", "aa", "ab", "ba", "bb")
    assert (await live(world, "net")).status_code == 201
    run_id = await launch(world, "upload/net")
    rows: list[dict[str, object]] = [
        {"entry_id": "e0", "label": "a"},
        {"entry_id": "e9", "label": "a"},
        {"entry_id": "e1", "text": "a"},
        {"entry_id": "e2", "label": "a", "sure": 1},
        {"entry_id": "e0", "label": "a"},
        {"entry_id": "e0", "label": "b"},
        {"label": "a"},
        {"entry_id": "e3", "label": "a", "confidence": 2},
    ]
    found = problem(await push(world, run_id, lines(*rows) + b"{\n[]\n"), 422, "bad-predictions")

    assert [(each["line"], each["field"]) for each in found["errors"]] == [
        (2, "entry_id"),
        (3, "text"),
        (4, "sure"),
        (6, "entry_id"),
        (7, "entry_id"),
        (8, "confidence"),
        (9, ""),
        (10, ""),
    ]
    assert "another answer on line 1" in found["errors"][3]["message"]
    assert await world.scribe.log.read(subjects.uploads(run_id)) == []
    problem(await push(world, run_id, b"\n"), 422, "empty-predictions")
    many = lines(*({"entry_id": "e0", "label": "a"} for _ in range(MAX_ROWS + 1)))
    found = problem(await push(world, run_id, many), 422, "bad-predictions")
    assert found["errors"][0]["line"] == MAX_ROWS + 1
    typed = await world.http.post(f"/api/runs/{run_id}/predictions", content=b"x")
    problem(typed, 415, "unsupported-media-type")
    huge = b" " * (8 * 1024 * 1024 + 1)
    problem(await push(world, run_id, huge), 413, "content-too-large")


async def test_a_push_that_cannot_be_meant_changes_nothing(world: World) -> None:
    """A run that waits for nothing, a model that is not live, a run that is over or unknown."""
    await world.start_everything()
    await world.register_texts("texts", "aa", "ab", "ba", "bb")
    await live(world, "one")
    await live(world, "two")
    await world.http.post(
        "/api/predictions/file",
        content=lines(*answers("aabb")),
        headers=LINES,
        params={"task": "classification"},
    )
    run_id = await launch(world, "upload/one", "upload/two", "upload/file")
    none = await launch(world, "upload/file")
    body = lines(*answers("aabb"))

    found = problem(await push(world, run_id, body), 422, "model-missing")
    assert wrong_fields(found) == {"model": "upload/one, upload/two"}
    problem(await push(world, run_id, body, model="upload/file"), 422, "model-not-live")
    problem(await push(world, none, body), 422, "model-not-live")
    complete = await world.http.post(f"/api/runs/{none}/predictions/complete")
    problem(complete, 422, "model-not-live")
    problem(await push(world, "0" * 32, body), 404, "unknown-run")

    one = await push(world, run_id, body, model="upload/one")
    again = await push(world, run_id, body, model="upload/one@1")
    assert (one.json()["n_new"], again.json()["n_new"]) == (4, 0)
    other = await push(world, run_id, lines(*answers("ba")), model="upload/one")
    found = problem(other, 409, "answer-given")
    assert [(each["line"], each["message"]) for each in found["errors"]] == [
        (1, "'e0' has another answer already")
    ]
    ended = await world.http.post(f"/api/runs/{run_id}/predictions/complete")
    assert ended.status_code == 200, ended.text
    run = await settled(world, run_id)
    assert [each["n_uploaded"] for each in run["contenders"]] == [4, 0, None]
    assert [each["uploads_complete"] for each in run["contenders"]] == [True, True, None]
    assert [each["n_failed"] for each in run["contenders"]] == [0, 4, 0]
    problem(await push(world, run_id, body, model="upload/two"), 409, "run-settled")
    assert (await push(world, run_id, body, model="upload/one")).json()["n_new"] == 0


async def test_a_live_model_is_registered_without_predictions(world: World) -> None:
    """Once; two of them are two models, and what belongs to files is refused."""
    await world.start_run_manager()
    first, again, other = [await live(world, name) for name in ("net", "net", "other")]
    assert [each.status_code for each in (first, again, other)] == [201, 200, 201]
    view = first.json()
    assert (view["digest"], view["n_answers"], view["created"]) == (None, 0, True)
    model = await world.get("/api/models/upload/net")
    twin = await world.get("/api/models/upload/other")
    assert model["versions"][0]["spec"]["live"] is True
    assert model["versions"][0]["digest"] != twin["versions"][0]["digest"]

    with_body = await world.http.post(
        "/api/predictions/net",
        content=lines({"entry_id": "a", "label": "b"}),
        params={"live": "true", "task": "classification"},
    )
    problem(with_body, 422, "invalid-request")
    no_task = await world.http.post("/api/predictions/net", params={"live": "true"})
    problem(no_task, 422, "bad-task")
    appended = await world.http.post(
        "/api/predictions/net",
        content=lines({"entry_id": "a", "label": "b"}),
        headers=LINES,
        params={"append": "true", "after": await world.scribe.log.last_seq()},
    )
    problem(appended, 409, "model-live")
