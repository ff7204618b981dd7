"""From output tensors to boxes, in the shapes that detectors are exported in."""

from __future__ import annotations

import numpy as np
import pytest

from runoff_contracts.answers import Box
from runoff_inference_worker.outputs import decode
from runoff_inference_worker.provider import Answer
from tests.unit.inference_worker.tensors import (
    DETR,
    SPLIT,
    YOLO,
    arrays,
    boxes,
    place,
    read,
    spec_of,
    split,
    yolo,
)


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


def test_boxes_are_what_the_log_takes() -> None:
    """Numbers of Python, of sound values, whatever the tensor's type is."""
    spec = spec_of(YOLO)
    half = np.array([[[25.1], [40.2], [30.3], [40.4], [0.1], [1.00004]]], np.float16)

    (answer,) = decode({"out": half}, spec, [place(spec)])

    assert isinstance(answer, Answer)
    assert answer.boxes is not None
    assert answer.boxes == [Box.model_validate_json(answer.boxes[0].model_dump_json())]
    assert answer.boxes[0].confidence == 1.0
