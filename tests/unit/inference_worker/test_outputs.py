"""From output tensors to boxes and points, in the shapes that models are exported in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from hypothesis.extra.numpy import arrays as any_arrays
from numpy.typing import NDArray

from runoff_contracts.answers import Box
from runoff_contracts.model_spec import OnnxSpec
from runoff_inference_worker.errors import AttemptFailed, MalformedAnswer
from runoff_inference_worker.outputs import declared_names, decode
from runoff_inference_worker.provider import Answer
from runoff_inference_worker.views import Placed, View

Numbers = Any  # whatever numpy makes an array of
LABELS = ["cat", "dog"]
SPLIT = {"shape": "split", "boxes": "b", "scores": "s", "classes": "c"}
YOLO = {"shape": "yolo"}
DETR = {"shape": "detr", "boxes": "b", "scores": "s"}


def spec_of(output: Mapping[str, object], **more: object) -> OnnxSpec:
    """Of a detector that takes 100 by 100 pixels; `more` are further fields of its output."""
    return OnnxSpec.model_validate(
        {
            "task": "detection",
            "labels": LABELS,
            "input": {"size": [100, 100], "resize": "stretch"},
            "output": {**output, **more},
        }
    )


def place(spec: OnnxSpec, size: tuple[int, int] = (100, 100)) -> Placed:
    return Placed(*size, View.declared(spec.input))


def arrays(outputs: Mapping[str, Numbers]) -> dict[str, NDArray[Any]]:
    return {name: np.asarray(each, np.float32) for name, each in outputs.items()}


def read(
    outputs: Mapping[str, Numbers], spec: OnnxSpec, size: tuple[int, int] = (100, 100)
) -> Answer | AttemptFailed:
    """What is read of one image."""
    (answer,) = decode(arrays(outputs), spec, [place(spec, size)])
    return answer


def boxes(
    outputs: Mapping[str, Numbers], spec: OnnxSpec, size: tuple[int, int] = (100, 100)
) -> list[tuple[str, float, float, float, float, float | None]]:
    answer = read(outputs, spec, size)
    assert isinstance(answer, Answer), answer
    assert answer.boxes is not None
    return [(b.label, b.x, b.y, b.width, b.height, b.confidence) for b in answer.boxes]


def split(*rows: tuple[tuple[float, ...], float, float]) -> dict[str, Numbers]:
    """Outputs of shape split for one image."""
    return {
        "b": [[row[0] for row in rows]],
        "s": [[row[1] for row in rows]],
        "c": [[row[2] for row in rows]],
    }


def yolo(*columns: tuple[float, ...]) -> dict[str, Numbers]:
    """An output of shape yolo for one image, a candidate each."""
    return {"out": np.array(columns).T[np.newaxis]}


@pytest.mark.parametrize(
    ("corners", "numbers"),
    [
        ("xyxy", (10, 20, 40, 60)),
        ("yxyx", (20, 10, 60, 40)),
        ("xywh", (10, 20, 30, 40)),
        ("cxcywh", (25, 40, 30, 40)),
    ],
)
@pytest.mark.parametrize("unit", ["pixels", "share"])
def test_four_numbers_are_a_box_as_declared(
    corners: str, numbers: tuple[int, ...], unit: str
) -> None:
    """On an original of twice the width and half the height of the input."""
    scale = 100 if unit == "share" else 1
    outputs = split((tuple(each / scale for each in numbers), 0.5, 1))

    found = boxes(outputs, spec_of(SPLIT, corners=corners, unit=unit), (200, 50))

    assert found == [("dog", 20.0, 10.0, 60.0, 20.0, 0.5)]


def test_each_shape_has_its_usual_corners_and_unit() -> None:
    """As torchvision, Ultralytics and DETR export them."""
    logits = np.log([0.1, 0.8, 0.1])
    box = ("dog", 10.0, 20.0, 30.0, 40.0, 0.8)

    assert boxes(split(((10, 20, 40, 60), 0.8, 1)), spec_of(SPLIT)) == [box]
    assert boxes(yolo((25, 40, 30, 40, 0.1, 0.8)), spec_of(YOLO)) == [box]
    assert boxes({"b": [[[0.25, 0.4, 0.3, 0.4]]], "s": [[logits]]}, spec_of(DETR)) == [box]


def test_boxes_are_clipped_to_the_original() -> None:
    """What reaches over is cut; what lies outside altogether is dropped, and so are lines."""
    found = boxes(
        split(
            ((-10, -10, 50, 50), 0.9, 0),
            ((90, 90, 300, 95), 0.8, 0),
            ((120, 10, 150, 20), 0.7, 0),
            ((10, 10, 10, 20), 0.6, 0),
            ((20, 20, 10, 10), 0.5, 0),
        ),
        spec_of(SPLIT),
    )

    assert found == [("cat", 0.0, 0.0, 50.0, 50.0, 0.9), ("cat", 90.0, 90.0, 10.0, 5.0, 0.8)]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("place_", range(6))
def test_a_candidate_that_is_not_finite_is_dropped_alone(bad: float, place_: int) -> None:
    """One overflow says nothing about the other candidates."""
    column = [25.0, 40.0, 30.0, 40.0, 0.1, 0.8]
    column[place_] = bad
    good = (50.0, 50.0, 10.0, 10.0, 0.7, 0.2)

    found = boxes(yolo(tuple(column), good), spec_of(YOLO))

    assert found == [("cat", 45.0, 45.0, 10.0, 10.0, 0.7)]


@pytest.mark.parametrize(
    ("outputs", "output", "said"),
    [
        (yolo((25, 40, 30, 40, np.nan, 0.8)), YOLO, "no confidence is a finite number"),
        (yolo((np.nan, 40, 30, 40, 0.1, 0.8)), YOLO, "no box has finite numbers"),
        (yolo((25, 40, 30, 40, 0.1, 7.5)), YOLO, "a confidence is 7.5, not within 0 and 1"),
        (split(((1, 2, 3, 4), 0.9, 2)), SPLIT, "class 2; the 2 labels are 0 to 1"),
        (split(((1, 2, 3, 4), 0.9, 3)), {**SPLIT, "first_class": 1}, "class 3; the 2 labels are 1"),
        (split(((1, 2, 3, 4), 0.9, 0.5)), SPLIT, "class 0.5"),
        (split(((1, 2, 3, 4), 0.9, np.nan)), SPLIT, "class nan"),
        ({"b": [[[0.5] * 4]], "s": [[[np.nan] * 3]]}, DETR, "no confidence is a finite number"),
    ],
)
def test_what_cannot_be_read_is_malformed_for_its_image(
    outputs: dict[str, Numbers], output: dict[str, object], said: str
) -> None:
    """With what is wrong about it; other images of the call are read."""
    spec = spec_of(output)
    answer = read(outputs, spec)

    assert isinstance(answer, MalformedAnswer)
    assert said in answer.message
    empty = {name: np.zeros_like(each) for name, each in arrays(outputs).items()}
    if output == DETR:
        empty["s"] = np.full_like(empty["s"], -1)
    both = {name: np.concatenate([each, empty[name]]) for name, each in arrays(outputs).items()}
    assert [type(each) for each in decode(both, spec, [place(spec)] * 2)] == [
        MalformedAnswer,
        Answer,
    ]


@pytest.mark.parametrize(
    ("shapes", "output", "said"),
    [
        ({"b": (1, 3, 4), "s": (1, 2), "c": (1, 3)}, SPLIT, "scores (1, 2)"),
        ({"b": (3, 5), "s": (3,), "c": (3,)}, SPLIT, "needed are boxes (1, k, 4)"),
        ({"b": (2, 3, 4), "s": (2, 3), "c": (2, 3)}, SPLIT, "needed are boxes (1, k, 4)"),
        ({"b": (1, 3, 5)}, {"shape": "nms"}, "needed is (1, k, 6)"),
        ({"b": (3, 6)}, {"shape": "nms"}, "or (k, 7)"),
        ({"out": (1, 7, 10)}, YOLO, "2 labels need (1, 6, k)"),
        ({"out": (1, 10, 6)}, YOLO, "2 labels need (1, 6, k)"),
        ({"out": (6, 10)}, YOLO, "2 labels need (1, 6, k)"),
        ({"out": (1, 10, 6)}, {**YOLO, "objectness": True}, "and objectness need (1, k, 7)"),
        ({"b": (1, 5, 4), "s": (1, 5, 5)}, DETR, "scores (1, k, 3) with the last for nothing"),
        ({"b": (1, 5, 4), "s": (1, 4, 3)}, DETR, "2 labels need boxes (1, k, 4)"),
        ({"b": (1, 5, 4)}, DETR, "gave no output 's', it gave 'b'"),
        ({"one": (1, 6, 3), "two": (1, 6, 3)}, YOLO, "output.boxes has to name one"),
    ],
)
def test_tensors_of_another_shape_are_malformed(
    shapes: dict[str, tuple[int, ...]], output: dict[str, object], said: str
) -> None:
    """With what is needed: nothing is guessed about which number is which."""
    with pytest.raises(MalformedAnswer) as error:
        read({name: np.zeros(shape) for name, shape in shapes.items()}, spec_of(output))

    assert said in error.value.message


def test_a_batch_of_one_may_leave_its_number_out() -> None:
    """As torchvision's detectors do."""
    outputs = {"b": [[10, 20, 40, 60]], "s": [0.5], "c": [1]}

    assert boxes(outputs, spec_of(SPLIT)) == [("dog", 10.0, 20.0, 30.0, 40.0, 0.5)]


NMS = {"shape": "nms"}


def test_six_numbers_a_box_are_corners_score_and_class() -> None:
    """Rows of score 0 fill the tensor up; what overlaps was suppressed by the export."""
    outputs = {"out": [[(10, 20, 40, 60, 0.5, 1), (11, 20, 40, 60, 0.75, 1), (0, 0, 0, 0, 0, 0)]]}

    assert boxes(outputs, spec_of(NMS)) == [
        ("dog", 11.0, 20.0, 29.0, 40.0, 0.75),
        ("dog", 10.0, 20.0, 30.0, 40.0, 0.5),
    ]


def test_seven_numbers_a_box_begin_with_the_number_of_the_image() -> None:
    """Boxes of all images of the call stand in one list, class before score."""
    outputs = {"out": [(1, 10, 20, 40, 60, 1, 0.5), (0, 1, 2, 3, 4, 0, 0.25)]}
    spec = spec_of(NMS)
    first, second, third = decode(arrays(outputs), spec, [place(spec)] * 3)

    for answer, expected in ((first, [("cat", 1.0)]), (second, [("dog", 10.0)]), (third, [])):
        assert isinstance(answer, Answer)
        assert answer.boxes is not None
        assert [(box.label, box.x) for box in answer.boxes] == expected


def test_a_detector_that_found_no_candidates_found_nothing() -> None:
    """Suppression inside a model may leave none at all."""
    outputs = {"b": np.zeros((1, 0, 4)), "s": np.zeros((1, 0)), "c": np.zeros((1, 0))}

    assert boxes(outputs, spec_of(SPLIT)) == []


def test_classes_may_begin_with_one() -> None:
    """Then 0 means background, and there is no box."""
    outputs = split(((10, 10, 20, 20), 0.9, 0), ((10, 10, 20, 20), 0.8, 2))

    assert boxes(outputs, spec_of(SPLIT, first_class=1)) == [("dog", 10.0, 10.0, 10.0, 10.0, 0.8)]


def test_objectness_is_multiplied_with_the_likeliest_label() -> None:
    """A candidate is as sure as both together."""
    rows = [[25, 40, 30, 40, 0.5, 0.2, 0.8], [60, 60, 10, 10, 0.04, 1.0, 1.0]]

    found = boxes({"out": [rows]}, spec_of(YOLO, objectness=True))

    assert found == [("dog", 10.0, 20.0, 30.0, 40.0, 0.4)]


def test_scores_of_a_detr_without_a_place_for_nothing_go_label_by_label() -> None:
    """As RT-DETR and Deformable DETR give them."""
    outputs = {"b": [[[0.25, 0.4, 0.3, 0.4]]], "s": [[[0.0, np.log(3)]]]}

    assert boxes(outputs, spec_of(DETR)) == [("dog", 10.0, 20.0, 30.0, 40.0, 0.75)]


def test_what_is_rather_nothing_has_the_confidence_that_is_left() -> None:
    """The share of the likeliest real label, however likely nothing is."""
    outputs = {"b": [[[0.25, 0.4, 0.3, 0.4]]], "s": [[np.log([0.06, 0.04, 0.9])]]}

    assert boxes(outputs, spec_of(DETR)) == [("cat", 10.0, 20.0, 30.0, 40.0, 0.06)]


def test_boxes_of_too_little_confidence_are_dropped() -> None:
    """One that just reaches it stays."""
    outputs = split(((10, 10, 20, 20), 0.25, 0), ((30, 30, 40, 40), 0.2499, 0))

    found = boxes(outputs, spec_of(SPLIT, min_confidence=0.25))

    assert found == [("cat", 10.0, 10.0, 10.0, 10.0, 0.25)]


def test_the_most_confident_come_first_and_only_so_many() -> None:
    """Of equal ones, those that the model gave first: the same file gives the same answer."""
    at = [(float(10 * number), 0.0, float(10 * number + 5), 5.0) for number in range(5)]
    outputs = split(
        (at[0], 0.2, 0), (at[1], 0.9, 0), (at[2], 0.5, 0), (at[3], 0.5, 0), (at[4], 0.5, 1)
    )

    found = boxes(outputs, spec_of(SPLIT, most=3))

    assert [(each[1], each[5]) for each in found] == [(10.0, 0.9), (20.0, 0.5), (30.0, 0.5)]
    answer = read(outputs, spec_of(SPLIT, most=3))
    assert isinstance(answer, Answer)
    assert answer.confidence == 0.9


OVERLAPPING = [(50.0, 50.0, 20.0, 20.0), (54.0, 50.0, 20.0, 20.0)]
"""Their intersection over union is 2/3."""


@pytest.mark.parametrize(("more", "n"), [({}, 1), ({"iou": 0.6}, 1), ({"iou": 0.7}, 2)])
def test_overlapping_boxes_of_a_yolo_are_suppressed(more: dict[str, float], n: int) -> None:
    """It gives several for each thing; the most confident one stays."""
    outputs = yolo((*OVERLAPPING[0], 0.0, 0.6), (*OVERLAPPING[1], 0.0, 0.9))

    found = boxes(outputs, spec_of(YOLO, **more))

    assert (found[0][5], len(found)) == (0.9, n)


def test_boxes_of_different_labels_do_not_suppress_each_other() -> None:
    """A rider sits on a horse."""
    outputs = yolo((*OVERLAPPING[0], 0.6, 0.0), (*OVERLAPPING[1], 0.0, 0.9))

    assert [each[0] for each in boxes(outputs, spec_of(YOLO))] == ["dog", "cat"]


@pytest.mark.parametrize(("more", "n"), [({}, 2), ({"iou": 0.6}, 1)])
def test_what_a_model_has_suppressed_itself_is_left_as_it_is(
    more: dict[str, float], n: int
) -> None:
    """Unless the declaration says otherwise."""
    rows = [((x, y, width, height), 0.9, 0) for x, y, width, height in OVERLAPPING]

    assert len(boxes(split(*rows), spec_of(SPLIT, corners="cxcywh", **more))) == n


def test_more_candidates_than_are_looked_at_lose_the_least_confident() -> None:
    """Tens of thousands at a least confidence of 0 do not cost minutes."""
    rng = np.random.default_rng(3)
    n = 25_200
    given = np.empty((1, 6, n))
    given[0, :2] = rng.uniform(0, 100, (2, n))
    given[0, 2:4] = rng.uniform(1, 5, (2, n))
    given[0, 4:] = rng.uniform(0, 0.5, (2, n))
    given[0, :, n // 2] = (50, 50, 90, 90, 0.9, 0)

    found = boxes({"out": given}, spec_of(YOLO, min_confidence=0, most=1000))

    assert found[0] == ("cat", 5.0, 5.0, 90.0, 90.0, 0.9)
    assert len(found) == 1000


def test_names_that_are_left_out_are_those_of_the_only_output() -> None:
    """The one that no other field names."""
    spec = OnnxSpec.model_validate(
        {
            "task": "coordinates",
            "input": {"size": [100, 100]},
            "output": {"confidence": "sure"},
        }
    )

    answer = read({"sure": [0.25], "anything": [[10, 20]]}, spec, (1000, 50))

    assert isinstance(answer, Answer)
    assert answer.point is not None
    assert (answer.point.x, answer.point.y, answer.confidence) == (100.0, 10.0, 0.25)
    assert declared_names(spec.output) == {"name": None, "confidence": "sure"}


def test_a_point_in_shares_is_of_the_input_not_of_the_original() -> None:
    """Letterboxed, the input has bars: a share of it is not one of the image."""
    spec = OnnxSpec.model_validate(
        {
            "task": "coordinates",
            "input": {"size": [100, 100], "resize": "letterbox"},
            "output": {"unit": "share"},
        }
    )

    answer = read({"p": [[0.5, 0.25]]}, spec, (200, 100))

    assert isinstance(answer, Answer)
    assert answer.point is not None
    assert (answer.point.x, answer.point.y) == (100.0, 0.0)


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ({"p": [[np.nan, 1]], "sure": [0.5]}, "not finite"),
        ({"p": [[1, 1]], "sure": [1.5]}, "confidence is 1.5"),
        ({"p": [[1, 1]], "sure": [np.nan]}, "confidence is nan"),
        ({"p": [[1, 1, 1]], "sure": [0.5]}, "needed is (1, 2): x and y"),
        ({"p": [[1, 1]], "sure": [0.5, 0.5]}, "needed is (1,) or (1, 1)"),
    ],
)
def test_what_is_no_point_is_malformed(outputs: dict[str, Numbers], said: str) -> None:
    """Of the image alone, or of the call where the shape is wrong."""
    spec = OnnxSpec.model_validate(
        {
            "task": "coordinates",
            "input": {"size": [100, 100]},
            "output": {"name": "p", "confidence": "sure"},
        }
    )
    try:
        answer = read(outputs, spec)
    except MalformedAnswer as error:
        answer = error

    assert isinstance(answer, MalformedAnswer)
    assert said in answer.message


def test_boxes_are_what_the_log_takes() -> None:
    """Numbers of Python, of sound values, whatever the tensor's type is."""
    spec = spec_of(YOLO)
    half = np.array([[[25.1], [40.2], [30.3], [40.4], [0.1], [1.00004]]], np.float16)

    (answer,) = decode({"out": half}, spec, [place(spec)])

    assert isinstance(answer, Answer)
    assert answer.boxes is not None
    assert answer.boxes == [Box.model_validate_json(answer.boxes[0].model_dump_json())]
    assert answer.boxes[0].confidence == 1.0


@pytest.mark.parametrize("output", [SPLIT, {**SPLIT, "first_class": 1}, YOLO, DETR], ids=str)
@given(data=st.data())
def test_whatever_a_model_gives_boxes_lie_on_the_image(
    output: dict[str, object], data: st.DataObject
) -> None:
    """Numbers from nothing to the end of what a float holds, and none at all: never an error."""
    spec = spec_of(output, min_confidence=data.draw(st.sampled_from([0.0, 0.05, 1.0])))
    k = data.draw(st.integers(0, 5))
    kind = data.draw(st.sampled_from([np.float16, np.float32, np.float64]))
    shapes: dict[str, tuple[int, ...]] = {"out": (1, 6, k)}
    if output != YOLO:
        last = (3,) if output == DETR else ()
        shapes = {"b": (1, k, 4), "s": (1, k, *last), "c": (1, k)}
    numbers = st.one_of(st.floats(-1, 101), st.floats(0, 1), st.floats())
    with np.errstate(over="ignore"):
        outputs = {
            name: data.draw(any_arrays(np.float64, shape, elements=numbers)).astype(kind)
            for name, shape in shapes.items()
        }
    size = data.draw(st.tuples(st.integers(1, 300), st.integers(1, 300)))

    (answer,) = decode(outputs, spec, [place(spec, size)])

    if isinstance(answer, Answer):
        for box in answer.boxes or []:
            assert 0 <= box.x < box.x + box.width <= size[0] + 1e-3
            assert 0 <= box.y < box.y + box.height <= size[1] + 1e-3
            assert spec.output.kind == "boxes"
            assert box.confidence is not None
            assert box.confidence >= spec.output.min_confidence - 1e-3
    else:
        assert isinstance(answer, MalformedAnswer)


@pytest.mark.parametrize("output", [SPLIT, YOLO, DETR], ids=str)
@given(data=st.data())
def test_tensors_of_any_shape_are_read_or_refused(
    output: dict[str, object], data: st.DataObject
) -> None:
    """A server may give anything."""
    shapes = array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=7)
    kinds = st.sampled_from([np.float32, np.int64, np.uint8, np.bool_, np.dtype("U4")])
    names = ["out"] if output == YOLO else ["b", "s", "c"]
    outputs = {name: np.zeros(data.draw(shapes), data.draw(kinds)) for name in names}
    spec = spec_of(output)
    try:
        found = decode(outputs, spec, [place(spec)] * data.draw(st.integers(1, 3)))
    except MalformedAnswer:
        return

    assert all(isinstance(each, Answer | MalformedAnswer) for each in found)
