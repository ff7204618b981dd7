"""Small real detectors as ONNX files: windows over a grid, each as sure as it is colorful.

An image of 32 by 32 pixels (NCHW, RGB, 0 to 1) is cut into 8 by 8 cells; the score of a cell for
`red`, `green` and `blue` is the mean of that channel in it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper
from PIL import Image

from runoff_contracts.model_spec import OnnxSpec

COLORS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
WHITE = (255, 255, 255)
SIDE, CELL = 32, 4
K = (SIDE // CELL) ** 2

SPLIT = {"shape": "split", "boxes": "boxes", "scores": "scores", "classes": "classes"}
YOLO = {"shape": "yolo"}
OBJECTNESS = {"shape": "yolo", "objectness": True}
DETR = {"shape": "detr", "boxes": "boxes", "scores": "logits"}


def detector_spec(
    output: Mapping[str, object], resize: str = "stretch", **more: object
) -> OnnxSpec:
    """A declaration that keeps boxes of which a detector is at least half sure."""
    return OnnxSpec.model_validate(
        {
            "task": "detection",
            "labels": list(COLORS),
            "input": {"size": [SIDE, SIDE], "resize": resize},
            "output": {"min_confidence": 0.5, **output, **more},
        }
    )


def picture_of(
    size: tuple[int, int], *patches: tuple[str, tuple[int, int, int, int]], format_: str = "PNG"
) -> bytes:
    """A black image with patches of a color, each at (x, y, width, height)."""
    image = Image.new("RGB", size)
    for color, (x, y, width, height) in patches:
        image.paste(COLORS.get(color, WHITE), (x, y, x + width, y + height))
    content = io.BytesIO()
    image.save(content, format_)
    return content.getvalue()


def yolo_model(*, objectness: bool = False) -> bytes:
    """One output `out`, (n, 7, 64), or with objectness (n, 64, 8)."""
    if not objectness:
        return _model([_concat(["boxes_", "scores_"], "out", 1)], {"out": ["n", 7, K]}, "cxcywh")
    nodes = [
        _concat(["boxes_", "most_", "scores_"], "joined", 1),
        helper.make_node("Transpose", ["joined"], ["out"], perm=[0, 2, 1]),
    ]
    return _model(nodes, {"out": ["n", K, 8]}, "cxcywh")


def split_model(*, batch: int | str | None = "n", squeezed: bool = False) -> bytes:
    """Outputs `boxes` (n, 64, 4), `scores` and `classes` (n, 64); squeezed, without the n.

    Without a batch the input has no n either, as in torchvision's detectors.
    """
    end = "_batch" if squeezed else ""
    nodes = [
        helper.make_node("Transpose", ["boxes_"], ["boxes" + end], perm=[0, 2, 1]),
        helper.make_node("Squeeze", ["most_", "one"], ["scores" + end]),
        helper.make_node("ArgMax", ["scores_"], ["classes" + end], axis=1, keepdims=0),
    ]
    names = ("boxes", "scores", "classes")
    if squeezed:
        nodes += [helper.make_node("Squeeze", [f"{each}_batch", "zero"], [each]) for each in names]
    first = [] if squeezed or batch is None else [batch]
    shapes: dict[str, list[int | str]] = {
        "boxes": [*first, K, 4],
        "scores": [*first, K],
        "classes": [*first, K],
    }
    return _model(nodes, shapes, "xyxy", batch=batch)


def detr_model(*, nothing: bool = True) -> bytes:
    """`boxes` (n, 64, 4) in shares, `logits` (n, 64, 4), or without `nothing` (n, 64, 3)."""
    nodes = [
        helper.make_node("Transpose", ["boxes_"], ["pixels_"], perm=[0, 2, 1]),
        helper.make_node("Mul", ["pixels_", "share"], ["boxes"]),
        helper.make_node("Mul", ["scores_", "twenty"], ["raised"]),
        helper.make_node("Sub", ["raised", "ten"], ["lowered"]),
        _concat(["lowered", "none_"] if nothing else ["lowered"], "columns", 1),
        helper.make_node("Transpose", ["columns"], ["logits"], perm=[0, 2, 1]),
    ]
    shapes: dict[str, list[int | str]] = {
        "boxes": ["n", K, 4],
        "logits": ["n", K, 4 if nothing else 3],
    }
    return _model(nodes, shapes, "cxcywh")


def center_model(*, confidence: bool = False) -> bytes:
    """`place` (n, 2): where the light is on the average; `sure` (n, 1): how light the image is."""
    cells = _cells("cxcywh")[:2]
    nodes = [
        helper.make_node("ReduceSum", ["most_", "two"], ["sum"]),
        helper.make_node("Div", ["most_", "sum"], ["weights"]),
        helper.make_node("Mul", ["weights", "centers"], ["weighted"]),
        helper.make_node("ReduceSum", ["weighted", "two"], ["place"], keepdims=0),
        helper.make_node("ReduceMax", ["most_"], ["sure"], axes=[1, 2], keepdims=0),
    ]
    shapes: dict[str, list[int | str]] = {"place": ["n", 2]}
    if confidence:
        nodes.append(helper.make_node("Unsqueeze", ["sure", "one"], ["sure_"]))
        shapes["sure_"] = ["n", 1]
    return _model(nodes, shapes, "cxcywh", centers=cells[np.newaxis])


def _cells(kind: str) -> NDArray[np.float32]:
    """Four numbers of each cell, shape (4, 64), row by row."""
    at = np.arange(0, SIDE, CELL, dtype=np.float32)
    top, left = (each.ravel() for each in np.meshgrid(at, at, indexing="ij"))
    if kind == "xyxy":
        return np.stack([left, top, left + CELL, top + CELL])
    size = np.full(K, CELL, np.float32)
    return np.stack([left + CELL / 2, top + CELL / 2, size, size])


def _concat(names: list[str], result: str, axis: int) -> NodeProto:
    return helper.make_node("Concat", names, [result], axis=axis)


def _model(
    nodes: list[NodeProto],
    shapes: Mapping[str, Sequence[int | str]],
    kind: str,
    *,
    batch: int | str | None = "n",
    centers: NDArray[np.float32] | None = None,
) -> bytes:
    """Scores `scores_` (n, 3, 64), their maximum `most_` (n, 1, 64), boxes `boxes_` (n, 4, 64)."""
    images = "pixels" if batch is not None else "images"
    first = [
        helper.make_node(
            "AveragePool", [images], ["means"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]
        ),
        helper.make_node("Reshape", ["means", "flat"], ["scores_"]),
        helper.make_node("ReduceMax", ["scores_"], ["most_"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["most_", "nil"], ["none_"]),
        helper.make_node("Add", ["none_", "cells"], ["boxes_"]),
    ]
    given: dict[str, NDArray[Any]] = {
        "flat": np.array([0, 3, K], np.int64),
        "cells": _cells(kind)[np.newaxis],
        "nil": np.array(0, np.float32),
        "twenty": np.array(20, np.float32),
        "ten": np.array(10, np.float32),
        "share": np.array(1 / SIDE, np.float32),
        "zero": np.array([0], np.int64),
        "one": np.array([1], np.int64),
        "two": np.array([2], np.int64),
    }
    if centers is not None:
        given["centers"] = centers
    taken: list[int | str] = [3, SIDE, SIDE]
    if batch is None:
        first.insert(0, helper.make_node("Unsqueeze", ["pixels", "zero"], ["images"]))
    else:
        taken.insert(0, batch)
    whole = TensorProto.INT64
    graph = helper.make_graph(
        [*first, *nodes],
        "windows",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, taken)],
        [
            helper.make_tensor_value_info(
                name, whole if name == "classes" else TensorProto.FLOAT, shape
            )
            for name, shape in shapes.items()
        ],
        [numpy_helper.from_array(value, name) for name, value in given.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString()  # type: ignore[no-any-return]  # onnx has no types
