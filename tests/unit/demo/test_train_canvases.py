"""The canvas models: what they find, asked and read as the worker does it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image

from runoff.demo.canvases import CanvasFolder
from runoff.demo.specs import CanvasTask, canvas_declaration
from runoff.demo.train import TrainedModel
from runoff.demo.train_canvases import (
    WINDOW_FITTERS,
    fit_network,
    read_windows,
    train_canvas_models,
)
from runoff.demo.window_network import window_model_bytes
from runoff_contracts.answers import Box, target_boxes
from runoff_contracts.model_spec import OnnxSpec
from runoff_inference_worker.onnx_fit import fit, trial
from runoff_inference_worker.onnx_sessions import open_session
from runoff_inference_worker.outputs import decode
from runoff_inference_worker.provider import Answer
from runoff_inference_worker.views import Placed, View, tensor

Models = dict[CanvasTask, list[TrainedModel]]


@pytest.fixture(scope="module")
def models(
    detection_canvases: CanvasFolder,
    coordinates_canvases: CanvasFolder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Models:
    return {
        each.task: train_canvas_models(each, tmp_path_factory.mktemp("models"))
        for each in (detection_canvases, coordinates_canvases)
    }


def declared(task: CanvasTask) -> OnnxSpec:
    return OnnxSpec.model_validate(canvas_declaration(task))


def answers(model: TrainedModel, canvases: CanvasFolder) -> list[tuple[Any, Answer]]:
    """Target and answer of each canvas of the test split."""
    session = onnxruntime.InferenceSession(model.path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    spec = declared(canvases.task)
    view = View.declared(spec.input)
    found: list[tuple[Any, Answer]] = []
    for row in map(json.loads, canvases.manifest.read_text("utf-8").splitlines()):
        if row["split"] != "test":
            continue
        with Image.open(canvases.folder / row["file"]) as image:
            batch, placed = tensor([view.of(image)], spec.input), Placed(*image.size, view)
        outputs = dict(zip(names, session.run(names, {"pixels": batch}), strict=True))
        (answer,) = decode(outputs, spec, [placed])
        assert isinstance(answer, Answer)
        found.append((row["target"], answer))
    return found


def overlap(one: Box, other: Box) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(width, 0) * max(height, 0)
    return shared / (one.width * one.height + other.width * other.height - shared)


def f1(found: list[tuple[Any, Answer]]) -> float:
    """Of boxes at least half sure that hold a target of their label by half."""
    n_right = n_said = n_true = 0
    for target, answer in found:
        left = target_boxes(target)
        said = [box for box in answer.boxes or [] if (box.confidence or 0) >= 0.5]
        n_said, n_true = n_said + len(said), n_true + len(left)
        for box in said:
            match = [each for each in left if each.label == box.label and overlap(box, each) >= 0.5]
            if match:
                left.remove(match[0])
                n_right += 1
    return 2 * n_right / (n_said + n_true)


def share_within(found: list[tuple[Any, Answer]], px: float) -> float:
    away = [
        np.hypot(answer.point.x - target["x"], answer.point.y - target["y"])
        for target, answer in found
        if answer.point is not None
    ]
    assert len(away) == len(found)
    return float(np.mean(np.array(away) <= px))


def test_both_detectors_find_digits_and_one_is_better(
    models: Models, detection_canvases: CanvasFolder
) -> None:
    """Near 0.80 and 0.87; bounds, because processors differ."""
    simple, better = (f1(answers(each, detection_canvases)) for each in models["detection"])

    assert 0.70 < simple < better - 0.02
    assert better < 0.95


def test_both_models_of_places_find_digits_and_one_is_better(
    models: Models, coordinates_canvases: CanvasFolder
) -> None:
    """Ink alone is right for two canvases out of three; the other model for nearly all."""
    simple, better = (
        share_within(answers(each, coordinates_canvases), 10) for each in models["coordinates"]
    )

    assert 0.55 < simple < 0.80
    assert 0.90 < better < 1


def test_the_files_fit_their_declarations(models: Models) -> None:
    """As the worker holds them against each other before it registers a model."""
    for task, trained in models.items():
        assert [each.name for each in trained] == list(WINDOW_FITTERS[task])
        for model in trained:
            session = open_session(model.path.read_bytes(), n_threads=1)
            spec = declared(task)
            trial(session, fit(session, spec), spec)


def test_a_convolution_says_what_its_layers_say(
    coordinates_canvases: CanvasFolder, tmp_path: Path
) -> None:
    """The file is written from the weights by hand; this holds it to its source."""
    windows = read_windows(coordinates_canvases)
    layers = fit_network(windows)
    file = tmp_path / "model.onnx"
    file.write_bytes(window_model_bytes(layers, "coordinates", name="held"))
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    window = windows.pixels[0].reshape(8, 8)
    image = np.zeros((1, 1, 48, 48), np.float32)
    image[0, 0, 10:18, 20:28] = window

    _, confidence = session.run(["point", "confidence"], {"pixels": image})

    crops = np.lib.stride_tricks.sliding_window_view(image[0, 0], (8, 8)).reshape(-1, 64)
    hidden = np.maximum(crops @ layers[0].weights + layers[0].bias, 0)
    powers = np.exp(hidden @ layers[1].weights + layers[1].bias)
    anything = 1 - powers[:, -1] / powers.sum(axis=1)
    assert confidence[0, 0] == pytest.approx(anything.max(), abs=1e-5)


def test_training_again_gives_the_same_bytes(
    models: Models, coordinates_canvases: CanvasFolder, tmp_path: Path
) -> None:
    """The model's digest is its version: the same demo must not register a new one each time."""
    again = train_canvas_models(coordinates_canvases, tmp_path)

    assert [each.sha256 for each in again] == [each.sha256 for each in models["coordinates"]]


def test_the_file_names_no_release_or_time(models: Models) -> None:
    """Whatever varies with the machine or the day would change the digest."""
    for model in [each for trained in models.values() for each in trained]:
        content = onnx.load(model.path)
        assert (content.producer_version, content.doc_string) == ("", "")
        assert {node.domain for node in content.graph.node} == {""}
