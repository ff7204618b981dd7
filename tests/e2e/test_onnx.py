"""ONNX files of every kind of output, from their registration to the numbers of their run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runoff import Client
from runoff_contracts.task import Task
from runoff_contracts.views import RunView
from runoff_testkit.live import LiveStack
from tests.e2e.using import wait_settled
from tests.unit.inference_worker.detectors import SIDE, YOLO, detector_spec, picture_of, yolo_model
from tests.unit.inference_worker.making import (
    HALVES,
    brightness_model,
    gallery_file,
    half_lit,
    halves_model,
    linear_model,
)

PATCH = 8
PLACES = [(0, 0), (8, 16), (24, 8), (16, 24)]


def center_model() -> bytes:
    """`scores` (n, 2): the middle of the only white patch of an image."""
    x, y = np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5)
    weights = np.stack([x.ravel(), y.ravel()], axis=1) / PATCH**2
    return linear_model(weights.astype(np.float32), activation=None)


def target_of(task: Task, place: tuple[int, int]) -> Any:
    x, y = place
    if task == "coordinates":
        return {"x": x + PATCH / 2, "y": y + PATCH / 2}
    return [
        {"label": "green", "x": x + dx, "y": y + dy, "width": 4, "height": 4}
        for dx in (0, 4)
        for dy in (0, 4)
    ]


def run_of(
    stack: LiveStack, client: Client, folder: Path, task: Task, targets: list[Any], *models: str
) -> RunView:
    """The settled run of models over the images of a folder."""
    rows = [
        {"id": f"e{place}", "file": f"{place}.png", "target": target}
        for place, target in enumerate(targets)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "manifest.jsonl").write_text(lines, encoding="utf-8")
    client.datasets.add(folder, name=f"onnx-{task}", task=task)
    return wait_settled(stack, client.runs.launch(dataset=f"onnx-{task}", models=list(models)).id)


def test_embeddings_and_classes_are_compared(stack: LiveStack, tmp_path: Path) -> None:
    """A model of vectors has labels, confidences and scores as every other classifier."""
    sides = ["left", "right", "right", "left"]
    for place, side in enumerate(sides):
        (tmp_path / f"{place}.png").write_bytes(half_lit(side))
    for name, content in (
        ("halves.onnx", halves_model()),
        ("gallery.npz", gallery_file(*HALVES)),
        ("classes.onnx", brightness_model()),
    ):
        (tmp_path / name).write_bytes(content)
    pixels = {"input": {"size": [4, 4], "color": "L", "layout": "NF"}}
    vectors = {**pixels, "output": {"kind": "embedding", "temperature": 0.1}}
    with Client(stack.api_url) as client:
        client.models.add(
            tmp_path / "halves.onnx",
            name="onnx/vectors",
            spec=vectors,
            gallery=tmp_path / "gallery.npz",
        )
        client.models.add(
            tmp_path / "classes.onnx",
            name="onnx/classes",
            spec={**pixels, "labels": ["left", "right"]},
        )
        run = run_of(
            stack, client, tmp_path, "classification", sides, "onnx/vectors", "onnx/classes"
        )
        entries = client.runs.entries(run.run_id).items

    assert (run.status, run.n_failed) == ("completed", 0)
    assert [each.accuracy for each in run.contenders] == [1.0, 0.5]
    for entry in entries:
        first = entry.predictions[0]
        assert first.label == entry.target
        assert first.confidence is not None
        assert first.confidence > 0.99
        assert set(first.probabilities or {}) == {"left", "right"}


@pytest.mark.parametrize("task", ["detection", "coordinates"])
def test_boxes_and_points_are_scored(stack: LiveStack, tmp_path: Path, task: Task) -> None:
    """In pixels of the original, which is twice as large as the model's input."""
    for place, (x, y) in enumerate(PLACES):
        color = "green" if task == "detection" else "white"
        content = picture_of((2 * SIDE, 2 * SIDE), (color, (2 * x, 2 * y, 2 * PATCH, 2 * PATCH)))
        (tmp_path / f"{place}.png").write_bytes(content)
    model, spec = (
        (yolo_model(), detector_spec(YOLO).model_dump(mode="json"))
        if task == "detection"
        else (
            center_model(),
            {"task": task, "input": {"size": [SIDE, SIDE], "color": "L", "layout": "NF"}},
        )
    )
    (tmp_path / "model.onnx").write_bytes(model)
    with Client(stack.api_url) as client:
        client.models.add(tmp_path / "model.onnx", name=f"onnx/{task}", spec=spec)
        targets = [_twice(target_of(task, place)) for place in PLACES]
        run = run_of(stack, client, tmp_path, task, targets, f"onnx/{task}")

    assert (run.status, run.n_failed) == ("completed", 0)
    assert run.contenders[0].accuracy == 1.0


def _twice(target: Any) -> Any:
    if isinstance(target, list):
        return [_twice(each) for each in target]
    return {key: value if key == "label" else 2 * value for key, value in target.items()}
