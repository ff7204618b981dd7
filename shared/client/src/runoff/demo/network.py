"""A chain of dense layers as an ONNX file, from core operators only.

Built by hand rather than by skl2onnx: the two graphs come out alike and minimal (no label
output, no operators of the ai.onnx.ml domain), and hold no name or version of a converter,
so the same weights are the same bytes whichever release is installed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from runoff.demo.specs import OUTPUT_NAME

INPUT_NAME = "pixels"
# Old enough for every onnxruntime in use; the newest would shut out all but the newest.
OPSET = 17
IR_VERSION = 8


@dataclass(frozen=True)
class Dense:
    """One layer: inputs @ weights + bias."""

    weights: NDArray[np.float32]
    """Shape (n_inputs, n_outputs)."""
    bias: NDArray[np.float32]
    """Shape (n_outputs,)."""


def classifier_bytes(layers: Sequence[Dense], *, name: str) -> bytes:
    """The ONNX file of a classifier: the layers with ReLU between them and softmax at the end.

    The input `pixels` is float32 of shape (n, n_inputs) and the output `probabilities`
    float32 of shape (n, n_classes), with n free.

    Raises:
        onnx.checker.ValidationError: The layers do not make a valid graph.
        onnx.shape_inference.InferenceError: The shapes of two layers do not fit together.
    """
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []
    value = INPUT_NAME
    for index, layer in enumerate(layers):
        last = index == len(layers) - 1
        inputs = [value, f"weights_{index}", f"bias_{index}"]
        weights.append(numpy_helper.from_array(layer.weights, inputs[1]))
        weights.append(numpy_helper.from_array(layer.bias, inputs[2]))
        nodes.append(helper.make_node("Gemm", inputs, [f"sum_{index}"]))
        value = OUTPUT_NAME if last else f"hidden_{index}"
        activation = "Softmax" if last else "Relu"
        nodes.append(helper.make_node(activation, [f"sum_{index}"], [value]))
    graph = helper.make_graph(
        nodes,
        name,
        inputs=[_rows(INPUT_NAME, len(layers[0].weights))],
        outputs=[_rows(OUTPUT_NAME, len(layers[-1].bias))],
        initializer=weights,
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="runoff-demo",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _rows(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
