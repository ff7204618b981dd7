"""Language models on every task, through the real bus to the API; two protocols beside each other.

What a model answers stands in the prompt, out of the entry's metadata, so that it is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runoff import Client
from runoff_contracts.views import EntryView, RunView
from runoff_testkit.live import LiveStack
from runoff_testkit.llm_server import LlmServer
from tests.e2e.using import wait_settled

N = 6


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture(scope="module")
def client(stack: LiveStack) -> Iterator[Client]:
    with Client(stack.api_url) as made:
        yield made


def images(folder: Path, rows: list[dict[str, Any]]) -> None:
    """A small image for each row, and the manifest."""
    for place, row in enumerate(rows):
        row["file"] = f"{place}.png"
        Image.new("RGB", (80, 60), (place, 0, 0)).save(folder / row["file"])
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "manifest.jsonl").write_text(lines, encoding="utf-8")


def register(stack: LiveStack, server: LlmServer, model: str, **spec: Any) -> str:
    """A model behind the server; its answer is in the metadata that its prompt names."""
    api = model.partition("/")[0]
    declared = {"kind": "llm", "base_url": server.base_url(api), **spec}
    answer = stack.http.post("/api/models", json={"model": model, "spec": declared})
    assert answer.status_code == 201, answer.text
    return model


def settled(
    stack: LiveStack, client: Client, dataset: str, models: list[str]
) -> tuple[RunView, list[EntryView]]:
    answer = stack.http.post("/api/runs", json={"dataset": dataset, "models": models})
    assert answer.status_code == 201, answer.text
    run = wait_settled(stack, answer.json()["id"])
    assert (run.status, run.n_failed) == ("completed", 0), run.reason
    return run, client.runs.entries(run.run_id, sort="index", limit=N).items


def metrics(client: Client, run: RunView, name: str) -> list[float | None]:
    """Of each contender over all entries."""
    report = client.runs.report(run.run_id).report
    return [each.value for each in report.metrics if each.name == name]


def asked_for(server: LlmServer, model: str) -> dict[str, Any]:
    """The body of the last request for a model."""
    found: dict[str, Any] = next(
        call.body for call in reversed(server.calls) if call.body.get("model") == model
    )
    return found


def test_classes_are_answered_out_of_the_choices(
    stack: LiveStack, client: Client, server: LlmServer
) -> None:
    """However the model spells them; how sure it is comes from its log probabilities."""
    rows = [
        {"id": f"e{place}", "text": "cat or dog?", "target": ("cat", "dog")[place % 2],
         "metadata": {"right": (" Cat.", "'dog'")[place % 2], "wrong": "dog"}}
        for place in range(N)
    ]  # fmt: skip
    stack.http.post(
        "/api/datasets",
        params={"name": "llm-classes", "task": "classification"},
        content="".join(json.dumps(row) + "\n" for row in rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    ).raise_for_status()
    of = {"task": "classification", "choices": ["cat", "dog"]}
    right = register(
        stack,
        server,
        "openai/classes",
        prompt="{{text}} <<{{metadata.right}}>>",
        logprobs=True,
        **of,
    )
    wrong = register(
        stack, server, "anthropic/classes", prompt="{{text}} <<{{metadata.wrong}}>>", **of
    )

    run, entries = settled(stack, client, "llm-classes", [right, wrong])

    assert [each.accuracy for each in run.contenders] == [1.0, 0.5]
    assert {each.predictions[0].label for each in entries} == {"cat", "dog"}
    sure = [each.predictions[0].confidence for each in entries]
    assert sure == pytest.approx([0.818731] * N, abs=1e-6)
    assert all(each.predictions[0].usage is not None for each in entries)
    whole = client.versions.entry(run.run_id, entries[0].entry_id)
    assert whole.text == "cat or dog?"
    assert whole.predictions[0].attempts[0].worker == "inference-worker-1"


def test_boxes_are_answered_as_structured_output(
    stack: LiveStack, client: Client, server: LlmServer, tmp_path: Path
) -> None:
    """Asked for by a schema, in pixels of the image, and scored as any detector's."""
    rows = []
    for place in range(N):
        box = {"label": "cup", "x": 5 + place, "y": 4, "width": 20, "height": 10}
        rows.append({"id": f"e{place}", "target": [box], "metadata": {
            "right": json.dumps({"boxes": [box]}),
            "wrong": json.dumps({"boxes": [{**box, "x": 55}]}),
        }})  # fmt: skip
    images(tmp_path, rows)
    client.datasets.add(tmp_path, name="llm-boxes", task="detection")
    models = [
        register(
            stack,
            server,
            f"{api}/boxes",
            task="detection",
            prompt=f"cups? <<{{{{metadata.{key}}}}}>>",
        )
        for api, key in (("openai", "right"), ("google", "wrong"))
    ]

    run, entries = settled(stack, client, "llm-boxes", models)

    assert [each.accuracy for each in run.contenders] == [1.0, 0.0]
    assert metrics(client, run, "f1") == [1.0, 0.0]
    boxes = entries[0].predictions[0].boxes
    assert boxes is not None
    assert boxes[0].label == "cup"
    body = asked_for(server, "boxes")
    assert body["response_format"]["type"] == "json_schema"
    assert any(part["type"] == "image_url" for part in body["messages"][-1]["content"])


def test_places_are_answered_as_structured_output(
    stack: LiveStack, client: Client, server: LlmServer, tmp_path: Path
) -> None:
    """One point, scored by its distance."""
    rows = [
        {"id": f"e{place}", "target": {"x": 10 + place, "y": 20}, "metadata": {
            "right": json.dumps({"x": 10 + place, "y": 20}),
            "wrong": json.dumps({"x": 40 + place, "y": 60}),
        }}
        for place in range(N)
    ]  # fmt: skip
    images(tmp_path, rows)
    client.datasets.add(tmp_path, name="llm-places", task="coordinates")
    models = [
        register(
            stack,
            server,
            f"{api}/places",
            task="coordinates",
            prompt=f"where? <<{{{{metadata.{key}}}}}>>",
        )
        for api, key in (("ollama", "right"), ("anthropic", "wrong"))
    ]

    run, entries = settled(stack, client, "llm-places", models)

    assert [each.accuracy for each in run.contenders] == [1.0, 0.0]
    assert metrics(client, run, "pixel_distance") == pytest.approx([0.0, 50.0])
    point = entries[2].predictions[0].point
    assert point is not None
    assert (point.x, point.y) == (12, 20)
