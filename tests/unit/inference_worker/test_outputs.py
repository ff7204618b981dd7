"""Output tensors by name: points, and whatever else a model may give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from hypothesis.extra.numpy import arrays as any_arrays

from runoff_contracts.model_spec import OnnxSpec
from runoff_inference_worker.errors import MalformedAnswer
from runoff_inference_worker.outputs import declared_names, decode
from runoff_inference_worker.provider import Answer
from tests.unit.inference_worker.tensors import (
    DETR,
    SPLIT,
    YOLO,
    Numbers,
    arrays,
    place,
    read,
    spec_of,
    split,
    yolo,
)


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
