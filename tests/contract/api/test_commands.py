"""Routes that change something, with the real services behind them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import numpy as np
import pytest

from runoff_testkit.waiting import eventually
from tests.contract.api.running import FUNCTIONS, IN_SHARED_LOOP, World, problem, wrong_fields
from tests.unit.inference_worker.making import HALVES, a_spec, gallery_file, linear_model

FIRST, LAST = f"python/{FUNCTIONS}:first_letter", f"python/{FUNCTIONS}:last_letter"
OIP = json.dumps({"url": "http://127.0.0.1:1", "model": "m", "task": "text"})
MODEL = linear_model(np.zeros((16, 2), np.float32))
SPEC = a_spec().model_dump_json()
EMBEDDING = json.dumps(
    {
        "input": {"size": [4, 4], "color": "L", "layout": "NF"},
        "output": {"kind": "embedding", "temperature": 0.1},
    }
)
SERVED_EMBEDDING = json.dumps({**json.loads(EMBEDDING), "url": "http://127.0.0.1:1", "model": "m"})


async def settled(world: World, run_id: str) -> dict[str, Any]:
    async def run() -> dict[str, Any] | None:
        found: dict[str, Any] = await world.get(f"/api/runs/{run_id}")
        return found if found["comparison_digest"] else None

    return await eventually(run, deadline_s=30, what="the comparison") or {}


async def test_a_run_goes_from_the_request_to_its_comparison(world: World) -> None:
    """Through every service, with the numbers that the answers give."""
    await world.start_everything()
    await world.register_texts("texts", "aa", "ab", "ba", "bb")
    answer = await world.http.post(
        "/api/runs",
        json={
            "dataset": "texts@1",
            "models": [FIRST, LAST],
            "alias": "a",
            "labels": {"k": "v"},
        },
    )
    assert answer.status_code == 201, answer.text
    run_id = answer.json()["id"]
    run = await settled(world, run_id)
    compared = await world.get(f"/api/runs/{run_id}/comparison")
    entries = await world.get(f"/api/runs/{run_id}/entries", sort="difference")

    assert answer.headers["location"] == f"/api/runs/{run_id}"
    assert [each["accuracy"] for each in run["contenders"]] == [1.0, 0.5]
    assert (run["alias"], run["labels"], run["dataset_version"]) == ("a", {"k": "v"}, 1)
    primary = compared["document"]["metrics"][0]
    assert [each["value"] for each in primary["estimates"]] == [1.0, 0.5]
    assert [each["entry_id"] for each in entries["items"]] == ["e1", "e2", "e0", "e3"]
    again = await world.http.post("/api/comparisons", json={"runs": [run_id]})
    assert again.status_code == 201, again.text
    assert again.json()["id"] == compared["digest"]


async def test_what_was_made_is_found_where_the_answer_says(world: World) -> None:
    """At once, by whoever knows nothing of sequences: also below the address."""
    await world.start_everything()
    sealed = {"title": "t", "models": [FIRST, LAST], "metric": "accuracy"}
    launch = {"models": [FIRST, LAST]}

    async def make(path: str, body: dict[str, Any], *below: str) -> str:
        answer = await world.http.post(path, json=body)
        assert answer.status_code == 201, answer.text
        address: str = answer.headers["location"]
        for each in below or ("",):
            found = await world.http.get(address + each)
            assert found.status_code == 200, found.text
        return address.removeprefix("/api/runs/")

    for number in range(3):
        texts = [{"id": "a", "text": "aa", "target": "a"}, {"id": "b", "text": "bc", "target": "b"}]
        entries = {"name": f"d{number}", "task": "classification", "entries": texts}
        await make("/api/datasets", entries, *[["", "@1/entries"], ["/entries"], [""]][number])
        await make("/api/plans", {"dataset": f"d{number}", **sealed})
        below = ["", "/entries", "/history"][number]
        run_id = await make("/api/runs", {"dataset": f"d{number}", **launch}, below)
        await settled(world, run_id)
        await make("/api/comparisons", {"runs": [run_id], "margin": 0.1 + number / 100})


async def test_the_same_key_is_answered_with_the_same_run(world: World) -> None:
    """A client that lost the answer asks again without starting a second run."""
    await world.start_run_manager()
    await world.start_worker()
    await world.register_texts("texts", "aa")
    body = {"dataset": "texts", "models": [FIRST]}
    key = {"Idempotency-Key": "once"}
    first = await world.http.post("/api/runs", json=body, headers=key)
    again = await world.http.post("/api/runs", json=body, headers=key)
    other = await world.http.post("/api/runs", json=body, headers={"Idempotency-Key": "twice"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 201)
    assert again.json() == first.json() | {"seq": again.json()["seq"]}
    assert other.json()["id"] != first.json()["id"]
    assert len((await world.get("/api/runs"))["items"]) == 2


async def test_a_key_that_launched_something_else_is_refused(world: World) -> None:
    """Whoever changed the order is told, and not led to the old run; a lineage is no order."""
    await world.start_run_manager()
    await world.start_worker()
    await world.register_texts("texts", "aa")
    body = {"dataset": "texts", "models": [FIRST]}
    key = {"Idempotency-Key": "once"}
    first = await world.http.post("/api/runs", json=body, headers=key)
    for changed in ({"alias": "other"}, {"config": {"retries": 0}}, {"dataset": "texts@1"}):
        refused = await world.http.post("/api/runs", json=body | changed, headers=key)
        told = problem(refused, 422, "idempotency-key-reused")
        assert [each["field"] for each in told["errors"]] == ["idempotency-key"]
    moved = {"lineage": {"packages": {"numpy": "2.3.0"}}, "priority": "normal"}
    again = await world.http.post("/api/runs", json=body | moved, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"]
    assert len((await world.get("/api/runs"))["items"]) == 1


async def test_a_run_is_canceled_and_then_deleted(world: World) -> None:
    """A running one cannot be deleted; a deleted one is gone, also when asked twice."""
    await world.start_run_manager()
    await world.start_worker()
    await world.register_texts("texts", *(f"text {n}" for n in range(200)))
    asked = {"dataset": "texts", "models": [FIRST], "config": {"sleep_s": 0.2}}
    run_id = (await world.http.post("/api/runs", json=asked)).json()["id"]
    early = await world.http.delete(f"/api/runs/{run_id}")
    canceled = await world.http.post(f"/api/runs/{run_id}/cancel", params={"reason": "enough"})
    seen = await world.get(f"/api/runs/{run_id}")
    again = await world.http.post(f"/api/runs/{run_id}/cancel")
    deleted = await world.http.delete(f"/api/runs/{run_id}")

    problem(early, 409, "run-active")
    assert (canceled.status_code, again.status_code, deleted.status_code) == (200, 200, 200)
    assert (seen["status"], seen["reason"]) == ("canceled", "enough")
    assert (await world.get("/api/runs"))["items"] == []
    assert (await world.http.delete(f"/api/runs/{run_id}")).json() == deleted.json()
    problem(await world.http.post(f"/api/runs/{run_id}/cancel"), 404, "unknown-run")


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"dataset": "none"}, "dataset"),
        ({"dataset": "texts@7"}, "dataset"),
        ({"models": ["onnx/none"]}, "models.0"),
        ({"models": ["x/y"]}, "models.0"),
        ({"models": []}, "models"),
        ({"models": [FIRST] * 17}, "models"),
        ({"models": [FIRST, FIRST]}, "models.1"),
        ({"models": ["python/os:system"]}, "models.0"),
        ({"models": [f"python/{FUNCTIONS}:none"]}, "models.0"),
        ({"config": {"sleep_s": -1}}, "config.sleep_s"),
        ({"config": {"batch_size": 0}}, "config.batch_size"),
        ({"config": {"unknown": 1}}, "config.unknown"),
        ({"selection": {"split": "none"}}, "selection"),
        ({"selection": {"ids": []}}, "selection.ids"),
        ({"priority": "urgent"}, "priority"),
        ({"labels": {"k": 5}}, "labels.k"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_order_is_refused_by_its_field(
    working_world: World, body: dict[str, Any], field: str
) -> None:
    """With what would be right, and no run is made."""
    answer = await working_world.http.post(
        "/api/runs", json={"dataset": "texts", "models": [FIRST], **body}
    )

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert wrong_fields(answer.json()).get(field), answer.text
    assert (await working_world.get("/api/runs"))["items"] == []


@IN_SHARED_LOOP
async def test_orders_that_are_no_json_are_refused(idle_world: World) -> None:
    """Numbers that are none, deep nesting, a wrong type of body."""
    headers = {"Content-Type": "application/json"}
    asked = '{"dataset": "d", "models": ["onnx/m"], "config": {"sleep_s": %s}}'
    for content in ("{", asked % "NaN", asked % "Infinity", "[" * 100_000, "", "\xff"):
        answer = await idle_world.http.post("/api/runs", content=content.encode(), headers=headers)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_model_is_checked_and_registered(world: World) -> None:
    """The same file and declaration again are the same version."""
    await world.start_run_manager()
    await world.start_worker()
    first = await _send_model(world)
    again = await _send_model(world)
    model = await world.get("/api/models/onnx/net")

    assert first.status_code == 201, first.text
    assert (first.json()["id"], first.json()["n_bytes"]) == ("onnx/net@1", len(MODEL))
    assert (again.status_code, again.json()["created"]) == (200, False)
    assert model["versions"][0]["file"] == first.json()["file"]
    content = await world.http.get(f"/api/objects/{first.json()['file']}")
    assert content.content == MODEL
    assert content.headers["content-type"] == "application/octet-stream"
    assert content.headers["content-disposition"] == "attachment"


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"file": b"no onnx at all"}, "file"),
        ({"file": b""}, "file"),
        ({"file": None}, "file"),
        ({"spec": "{"}, "spec"),
        ({"spec": None}, "spec"),
        ({"spec": json.dumps({**json.loads(SPEC), "labels": ["one"]})}, "spec.labels"),
        ({"spec": json.dumps({**json.loads(SPEC), "x": 1})}, "spec.x"),
        ({"spec": a_spec(labels=["a", "b", "c"]).model_dump_json()}, "spec.labels"),
        ({"model": "net"}, "model"),
        ({"model": "onnx/"}, "model"),
        ({"model": "onnx/net@1"}, "model"),
        ({"model": "openai/net"}, "spec.kind"),
        ({"model": "oip/net", "spec": OIP}, "file"),
        ({"model": "python/a:b"}, "model"),
        ({"model": "upload/net"}, "model"),
        ({"model": None}, "model"),
        ({"gallery": b"npz"}, "gallery"),
        ({"spec": EMBEDDING}, "spec.output.gallery"),
        ({"spec": EMBEDDING, "gallery": b""}, "gallery"),
        (
            {"model": "oip/net", "spec": SERVED_EMBEDDING, "file": None, "gallery": b"npz"},
            "spec.output.gallery",
        ),
        ({"spec": EMBEDDING, "gallery": b"no archive"}, "spec.output.gallery"),
        ({"spec": EMBEDDING, "gallery": gallery_file(*HALVES)}, "spec.output.gallery"),
    ],
)
async def test_a_wrong_model_is_refused_by_its_part(
    working_world: World, parts: dict[str, Any], field: str
) -> None:
    """Before it can fail in a run; nothing is registered."""
    answer = await _send_model(working_world, **parts)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert wrong_fields(answer.json()).get(field), answer.text
    assert (await working_world.get("/api/models"))["items"] == []


@IN_SHARED_LOOP
async def test_a_model_without_a_file_is_reached_before_it_is_registered(
    working_world: World,
) -> None:
    """By a worker: nobody answers at that address, or no worker has such a provider."""
    asked = {"model": "oip/net", "spec": json.loads(OIP)}
    answer = await working_world.http.post("/api/models", json=asked)

    assert answer.status_code == 422, answer.text
    assert any(each.startswith("spec") for each in wrong_fields(answer.json())), answer.text
    assert (await working_world.get("/api/models"))["items"] == []


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"model": "oip/net"}, 422, "spec"),
        ({"model": "oip/net", "spec": {"url": "http://a", "model": "m"}}, 422, "spec.task"),
        ({"model": "openai/net", "spec": {"api_key": "sk-1"}}, 422, "spec.api_key"),
        ({"model": "openai/net", "spec": {}, "key": "sk-1"}, 422, "body"),
        ({"model": "onnx/net", "spec": json.loads(SPEC)}, 422, "file"),
        ({"model": "upload/net", "spec": {}}, 422, "model"),
        (["openai/net"], 422, "body"),
        ({"model": "openai/net", "spec": {"prompt": "x" * 9_000_000}}, 413, None),
    ],
    ids=lambda value: None if isinstance(value, int) else str(value)[:60],
)
async def test_a_wrong_declaration_is_refused_by_its_field(
    idle_world: World, body: Any, status: int, field: str | None
) -> None:
    """Before a worker is asked: none is there."""
    answer = await idle_world.http.post("/api/models", json=body)

    assert answer.status_code == status, answer.text
    assert "sk-1" not in answer.text
    if field is not None:
        assert wrong_fields(answer.json()).get(field), answer.text


@IN_SHARED_LOOP
async def test_a_form_that_is_none_is_refused(idle_world: World) -> None:
    """No multipart at all, and one that breaks off."""
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for content, sent in (
        (b"--x\r\nContent-Disposition: form-data", headers),
        (b"{}", {"Content-Type": "application/json"}),
        (b"", {}),
        (b"x" * 1000, {"Content-Type": "multipart/form-data"}),
    ):
        answer = await idle_world.http.post("/api/models", content=content, headers=sent)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


async def test_without_a_worker_a_model_cannot_be_checked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said as such, so that somebody starts one."""
    monkeypatch.setattr("runoff_query.api.checking._CHECK_S", 0.3)
    await world.start_run_manager()
    problem(await _send_model(world), 503, "no-worker")
    await world.register_texts("texts", "aa")
    answer = await world.http.post("/api/runs", json={"dataset": "texts", "models": [FIRST]})

    problem(answer, 503, "no-worker")


async def _send_model(world: World, **parts: Any) -> httpx.Response:
    given = {"model": "onnx/net", "spec": SPEC, "file": MODEL, **parts}
    files = {
        name: (f"{name}.bin" if isinstance(content, bytes) else None, content)
        for name, content in given.items()
        if content is not None
    }
    return await world.http.post("/api/models", files=files)
