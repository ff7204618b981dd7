"""Suppression held against ONNX's own operator, as onnxruntime runs it."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from runoff_inference_worker.suppression import suppressed


def operator(boxes: NDArray[np.float32], scores: NDArray[np.float32], iou: float) -> list[int]:
    """Boxes that stay by NonMaxSuppression (opset 11), the most confident first."""
    given: dict[str, NDArray[Any]] = {
        "most": np.array([len(scores)], np.int64),
        "iou": np.array([iou], np.float32),
        "least": np.array([0], np.float32),
    }
    graph = helper.make_graph(
        [helper.make_node("NonMaxSuppression", ["boxes", "scores", *given], ["chosen"])],
        "suppression",
        [
            helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, len(boxes), 4]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 1, len(boxes)]),
        ],
        [helper.make_tensor_value_info("chosen", TensorProto.INT64, ["n", 3])],
        [numpy_helper.from_array(value, name) for name, value in given.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = {"boxes": boxes[np.newaxis], "scores": scores[np.newaxis, np.newaxis]}
    return [int(row[2]) for row in session.run(["chosen"], feed)[0]]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("iou", [0.1, 0.45, 0.7])
def test_the_same_boxes_stay_as_in_onnxruntime(seed: int, iou: float) -> None:
    """800 boxes of one label, crowded, with different confidences."""
    rng = np.random.default_rng(seed)
    first = rng.uniform(0, 300, (800, 2))
    boxes = np.concatenate([first, first + rng.uniform(5, 60, (800, 2))], axis=1).astype(np.float32)
    scores = rng.permutation(np.linspace(0.01, 0.99, 800)).astype(np.float32)
    order = np.argsort(-scores)

    ours = order[
        suppressed(
            boxes[order].astype(np.float64), np.zeros(800, np.intp), iou=iou, most=len(boxes)
        )
    ]

    assert [int(each) for each in ours] == operator(boxes, scores, iou)
