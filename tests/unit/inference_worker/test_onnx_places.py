"""`onnx/<name>` for detection and coordinates: real files over images of any size."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from runoff_contracts.answers import Box
from runoff_contracts.commands import Accepted, CheckModel
from runoff_contracts.events.entry import Prediction
from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.problem import Problem
from runoff_contracts.run_config import RunConfig
from runoff_contracts.task import Task
from runoff_inference_worker.app import check_model
from tests.unit.inference_worker.detectors import (
    DETR,
    OBJECTNESS,
    SPLIT,
    YOLO,
    center_model,
    detector_spec,
    detr_model,
    picture_of,
    split_model,
    yolo_model,
)
from tests.unit.inference_worker.making import (
    a_kit,
    a_spec,
    answered,
    brightness_model,
    image_rows,
    onnx_contender,
    opened,
)

MODELS: dict[str, tuple[bytes, Mapping[str, object]]] = {
    "split": (split_model(), SPLIT),
    "split without n": (split_model(batch=1, squeezed=True), SPLIT),
    "split of one image": (split_model(batch=None, squeezed=True), SPLIT),
    "yolo": (yolo_model(), YOLO),
    "yolo with objectness": (yolo_model(objectness=True), OBJECTNESS),
    "detr": (detr_model(), DETR),
    "detr without nothing": (detr_model(nothing=False), DETR),
}
# One patch each, on an image of 64 by 32, that fills just one cell of the model's view.
PATCHES = {"stretch": (24, 20, 8, 4), "letterbox": (24, 8, 8, 8), "crop": (28, 20, 4, 4)}


async def predictions(
    tmp_path: Path, model: bytes, spec: OnnxSpec, *contents: bytes, batch_size: int = 1
) -> list[Prediction]:
    kit = a_kit(tmp_path)
    config = RunConfig(batch_size=batch_size, retries=0)
    askers = await opened(kit, [await onnx_contender(kit, model, spec)], config)
    events = await answered(kit, askers, await image_rows(kit, contents))
    return [event.predictions[0] for event in events]


def place_of(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height


@pytest.mark.parametrize("resize", PATCHES)
@pytest.mark.parametrize("name", MODELS)
async def test_a_box_stands_where_the_thing_is_in_the_original(
    tmp_path: Path, name: str, resize: str
) -> None:
    """Whatever the shape of the output, and however the image was made to fit the input."""
    model, output = MODELS[name]
    content = picture_of((64, 32), ("green", PATCHES[resize]))

    (prediction,) = await predictions(tmp_path, model, detector_spec(output, resize), content)

    assert prediction.boxes is not None
    (box,) = prediction.boxes
    assert box.label == "green"
    assert place_of(box) == pytest.approx(PATCHES[resize], abs=1e-3)
    assert prediction.confidence == box.confidence
    assert box.confidence is not None
    assert box.confidence > 0.5


@pytest.mark.parametrize("name", MODELS)
async def test_images_of_a_batch_are_not_mixed_up(tmp_path: Path, name: str) -> None:
    """Each has a size of its own; one with nothing on it has no boxes, which is an answer."""
    model, output = MODELS[name]
    contents = [
        picture_of((32, 32), ("red", (0, 0, 4, 4)), ("blue", (28, 28, 4, 4))),
        picture_of((320, 160)),
        picture_of((320, 160), ("green", (40, 20, 40, 20))),
    ]

    found = await predictions(tmp_path, model, detector_spec(output), *contents, batch_size=3)

    boxes = [each.boxes for each in found]
    assert boxes[1] == []
    assert found[1].confidence is None
    assert boxes[0] is not None
    assert {(box.label, place_of(box)) for box in boxes[0]} == {
        ("red", (0.0, 0.0, 4.0, 4.0)),
        ("blue", (28.0, 28.0, 4.0, 4.0)),
    }
    assert boxes[2] is not None
    assert [(box.label, place_of(box)) for box in boxes[2]] == [("green", (40.0, 20.0, 40.0, 20.0))]


async def test_the_original_is_the_image_as_people_see_it(tmp_path: Path) -> None:
    """A photograph taken with the camera held upright: stored lying, with a note to turn it."""
    # A quarter turn to the right puts what is stored at the lower left to the upper left.
    with Image.open(io.BytesIO(picture_of((64, 32), ("red", (0, 16, 16, 16))))) as lying:
        exif = lying.getexif()
        exif[0x0112] = 6
        content = io.BytesIO()
        lying.save(content, "PNG", exif=exif)
    spec = detector_spec(YOLO, iou=1.0)

    (prediction,) = await predictions(tmp_path, yolo_model(), spec, content.getvalue())

    assert prediction.boxes is not None
    assert {place_of(box) for box in prediction.boxes} == {
        (x, y, 4.0, 8.0) for x in (0.0, 4.0, 8.0, 12.0) for y in (0.0, 8.0)
    }


@pytest.mark.parametrize("confidence", [False, True])
async def test_a_point_stands_where_the_thing_is(tmp_path: Path, confidence: bool) -> None:
    """In the original's pixels, with a confidence where the model has an output for it."""
    spec = OnnxSpec.model_validate(
        {
            "task": "coordinates",
            "input": {"size": [32, 32], "resize": "letterbox"},
            "output": {"confidence": "sure_"} if confidence else {},
        }
    )
    content = picture_of((64, 32), ("green", (24, 8, 8, 8)))

    (prediction,) = await predictions(tmp_path, center_model(confidence=confidence), spec, content)

    assert prediction.point is not None
    assert (prediction.point.x, prediction.point.y) == pytest.approx((28, 12), abs=0.01)
    assert prediction.label is None
    assert (prediction.confidence is not None) == confidence


async def test_a_point_that_is_no_number_is_malformed(tmp_path: Path) -> None:
    """A black image has no centre of light: 0 / 0."""
    spec = OnnxSpec.model_validate(
        {"task": "coordinates", "input": {"size": [32, 32]}, "output": {"name": "place"}}
    )

    (prediction,) = await predictions(tmp_path, center_model(), spec, picture_of((9, 9)))

    error = prediction.attempts[0].error
    assert error is not None
    assert (error.error_class, prediction.point) == ("malformed_answer", None)


async def outcome(
    tmp_path: Path,
    model: bytes,
    spec: OnnxSpec,
    task: Task | None = None,
    fields: list[str] | None = None,
) -> Accepted | Problem:
    kit = a_kit(tmp_path)
    command = CheckModel(
        command_id="check",
        sent_at=datetime.now(UTC),
        model="onnx/model",
        file=await kit.objects.put(model),
        spec=spec,
        task=task,
        fields=fields,
    )
    return await check_model(command, kit)


async def refused(tmp_path: Path, model: bytes, spec: OnnxSpec) -> dict[str, str]:
    """The fields that are wrong, with what is said of them."""
    found = await outcome(tmp_path, model, spec)
    assert isinstance(found, Problem)
    return {error.field: error.message for error in found.errors}


@pytest.mark.parametrize("name", MODELS)
async def test_a_detector_that_fits_is_accepted(tmp_path: Path, name: str) -> None:
    """With the outputs that are going to be read."""
    model, output = MODELS[name]
    accepted = await outcome(tmp_path, model, detector_spec(output), "detection")

    assert isinstance(accepted, Accepted)
    named = {field: each for field, each in output.items() if field in SPLIT and field != "shape"}
    assert accepted.data["outputs"] == (named or {"boxes": "out"})


@pytest.mark.parametrize(
    ("model", "output", "field", "said"),
    [
        (split_model(), {**SPLIT, "boxes": "rects"}, "boxes", "no output 'rects', it has 'boxes'"),
        (split_model(), {**SPLIT, "scores": "boxes"}, "scores", "should give [n, k] or [k]"),
        (split_model(), {**SPLIT, "boxes": "scores"}, "boxes", "should give [n, k, 4] or [k, 4]"),
        (split_model(), YOLO, "boxes", "name one of 'boxes', 'scores', 'classes'"),
        (yolo_model(), OBJECTNESS, "objectness", "fits objectness false"),
        (yolo_model(objectness=True), YOLO, "objectness", "fits objectness true"),
        (detr_model(), {**DETR, "scores": "boxes_"}, "scores", "no output 'boxes_'"),
        (detr_model(), {**SPLIT, "scores": "logits", "classes": "logits"}, "classes", "[n, k]"),
    ],
)
async def test_an_output_that_does_not_fit_is_refused_by_its_field(
    tmp_path: Path, model: bytes, output: Mapping[str, object], field: str, said: str
) -> None:
    """Before anything is registered, with what the model has and what is needed."""
    fields = await refused(tmp_path, model, detector_spec(output))

    assert said in fields[f"spec.output.{field}"]


@pytest.mark.parametrize(
    ("model", "output", "needed"),
    [(yolo_model(), YOLO, "[n, 6, k]"), (detr_model(), DETR, "[n, k, 3] or [n, k, 2]")],
)
async def test_a_wrong_number_of_labels_is_refused(
    tmp_path: Path, model: bytes, output: Mapping[str, object], needed: str
) -> None:
    """One too few would read a score as that of the label before."""
    spec = detector_spec(output).model_copy(update={"labels": ["red", "green"]})

    fields = await refused(tmp_path, model, spec)

    assert f"there are 2 labels, so it should give {needed}" in fields["spec.labels"]


async def test_scores_of_the_wrong_type_are_refused(tmp_path: Path) -> None:
    """Numbers of classes may be whole, scores may not."""
    fields = await refused(tmp_path, split_model(), detector_spec({**SPLIT, "scores": "classes"}))

    assert "gives tensor(int64)" in fields["spec.output.scores"]


async def test_a_model_that_gives_no_point_of_a_black_image_is_refused(tmp_path: Path) -> None:
    """It is run once, and what it gives is read as it will be in a run."""
    spec = OnnxSpec.model_validate({"task": "coordinates", "input": {"size": [32, 32]}})

    fields = await refused(tmp_path, center_model(), spec)

    assert "not finite" in fields["spec.output"]


async def test_a_model_of_another_task_is_refused(tmp_path: Path) -> None:
    """A run about boxes cannot use labels of whole images."""
    found = await outcome(tmp_path, brightness_model(), a_spec(), "detection")

    assert isinstance(found, Problem)
    assert (found.status, found.errors[0].field) == (422, "spec.task")
    assert "declared for classification, the entries are for detection" in found.errors[0].message


async def test_a_run_over_texts_is_refused(tmp_path: Path) -> None:
    """Every entry of it would be a bad one."""
    found = await outcome(tmp_path, yolo_model(), detector_spec(YOLO), fields=["id", "text"])

    assert isinstance(found, Problem)
    assert found.errors[0].field == "spec.input"
    assert "needs 'image' of every entry, all of them have id, text" in found.errors[0].message
