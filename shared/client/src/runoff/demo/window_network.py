"""A classifier of windows, slid over an image, as an ONNX file from core operators only.

A dense layer over all windows of an image is a convolution, so the whole model is two of them and
the reading of what they say: boxes with a score a label, or the place of the surest window.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from runoff.demo.network import INPUT_NAME, IR_VERSION, OPSET, Dense
from runoff.demo.specs import (
    BOXES_NAME,
    CANVAS_SIDE,
    CONFIDENCE_NAME,
    POINT_NAME,
    CanvasTask,
)

WINDOW = 8
"""Side of a window, as large as a scan."""
N_ACROSS = CANVAS_SIDE - WINDOW + 1
"""Windows in a row; they are one pixel apart."""
_PEAK = 7
"""Side of the square of windows in which one digit has room."""

_Given = dict[str, NDArray[np.generic]]


def window_model_bytes(layers: Sequence[Dense], task: CanvasTask, *, name: str) -> bytes:
    """The ONNX file: layers with ReLU between them, softmax, and what the task wants of it.

    The input `pixels` is float32 of shape (n, 1, 48, 48). The last column of the last layer means
    that the window shows no digit.

    For detection the output `boxes` is (n, 14, 1681): centre, size and a score for each of ten
    digits, of every window. Scores are 0 where a window beside it more surely shows anything, or a
    digit seen aslant would be found as another one. For coordinates `point` is (n, 2), the middle
    of the window that most surely shows a digit, and `confidence` (n, 1), how surely.

    Raises:
        onnx.checker.ValidationError: The layers do not make a valid graph.
    """
    given: _Given = {}
    nodes = _convolutions(layers, given)
    if task == "detection":
        nodes += _boxes(len(layers[-1].bias) - 1, given)
        outputs = [_floats(BOXES_NAME, ["n", 4 + len(layers[-1].bias) - 1, N_ACROSS**2])]
    else:
        nodes += _point(len(layers[-1].bias) - 1, given)
        outputs = [_floats(POINT_NAME, ["n", 2]), _floats(CONFIDENCE_NAME, ["n", 1])]
    graph = helper.make_graph(
        nodes,
        name,
        inputs=[_floats(INPUT_NAME, ["n", 1, CANVAS_SIDE, CANVAS_SIDE])],
        outputs=outputs,
        initializer=[numpy_helper.from_array(value, key) for key, value in given.items()],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="runoff-demo",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _convolutions(layers: Sequence[Dense], given: _Given) -> list[onnx.NodeProto]:
    """To `shares`, (n, labels + 1, 1681): what each window shows."""
    nodes: list[onnx.NodeProto] = []
    value, side = INPUT_NAME, WINDOW
    for index, layer in enumerate(layers):
        weights, bias, result = f"weights_{index}", f"bias_{index}", f"sum_{index}"
        n_outputs = len(layer.bias)
        given[weights] = np.ascontiguousarray(layer.weights.T).reshape(n_outputs, -1, side, side)
        given[bias] = layer.bias
        nodes.append(helper.make_node("Conv", [value, weights, bias], [result]))
        value, side = result, 1
        if index < len(layers) - 1:
            value = f"hidden_{index}"
            nodes.append(helper.make_node("Relu", [result], [value]))
    given["rows"] = np.array([0, 0, -1], np.int64)
    return [
        *nodes,
        helper.make_node("Softmax", [value], ["map"], axis=1),
        helper.make_node("Reshape", ["map", "rows"], ["shares"]),
    ]


def _boxes(n_labels: int, given: _Given) -> list[onnx.NodeProto]:
    """From `shares` to centre, size and scores of each window."""
    size = np.full((2, N_ACROSS**2), WINDOW, np.float32)
    given |= {
        "places": np.concatenate([_middles(), size])[np.newaxis],
        "first": np.array([0], np.int64),
        "last": np.array([n_labels], np.int64),
        "end": np.array([n_labels + 1], np.int64),
        "labels": np.array([1], np.int64),
        "nil": np.array(0, np.float32),
    }
    return [
        helper.make_node("Slice", ["map", "last", "end", "labels"], ["nothing"]),
        # What the window does not show has no rounding near 0, as what it shows has near 1.
        helper.make_node("Neg", ["nothing"], ["height"]),
        helper.make_node(
            "MaxPool", ["height"], ["summit"], kernel_shape=[_PEAK] * 2, pads=[_PEAK // 2] * 4
        ),
        helper.make_node("Equal", ["height", "summit"], ["is_peak"]),
        helper.make_node("Cast", ["is_peak"], ["peak"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["peak", "rows"], ["peaks"]),
        helper.make_node("Slice", ["shares", "first", "last", "labels"], ["digits"]),
        helper.make_node("Mul", ["digits", "peaks"], ["scores"]),
        # One copy of the places an image, however many there are.
        helper.make_node("ReduceMax", ["scores"], ["most"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["most", "nil"], ["none"]),
        helper.make_node("Add", ["none", "places"], ["copies"]),
        helper.make_node("Concat", ["copies", "scores"], [BOXES_NAME], axis=1),
    ]


def _point(n_labels: int, given: _Given) -> list[onnx.NodeProto]:
    """From `shares` to the middle of the window that is least surely empty."""
    given |= {
        "middles": np.ascontiguousarray(_middles().T),
        "empty": np.array(n_labels, np.int64),
        "whole": np.array(1, np.float32),
    }
    return [
        helper.make_node("Gather", ["shares", "empty"], ["nothing"], axis=1),
        helper.make_node("Sub", ["whole", "nothing"], ["anything"]),
        helper.make_node("ArgMax", ["anything"], ["best"], axis=1, keepdims=0),
        helper.make_node("Gather", ["middles", "best"], [POINT_NAME], axis=0),
        helper.make_node("ReduceMax", ["anything"], [CONFIDENCE_NAME], axes=[1], keepdims=1),
    ]


def _middles() -> NDArray[np.float32]:
    """X and y of the middle of each window, row by row, shape (2, 1681)."""
    at = np.arange(N_ACROSS, dtype=np.float32) + WINDOW / 2
    y, x = np.meshgrid(at, at, indexing="ij")
    return np.stack([x.ravel(), y.ravel()])


def _floats(name: str, shape: Sequence[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
