"""Output tensors of detectors, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.model_spec import OnnxSpec
from runoff_inference_worker.errors import AttemptFailed
from runoff_inference_worker.outputs import decode
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
