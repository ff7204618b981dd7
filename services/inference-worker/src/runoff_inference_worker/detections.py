"""From the tensors of a detector to boxes on the original image.

Candidates below the least confidence are dropped first, which leaves some hundred of the 8,400 to
25,200 that a detector gives; only those are put back into the original and suppressed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.answers import Box
from runoff_contracts.specs.tensors import DetectionOutput
from runoff_inference_worker.candidates import READERS, Candidates
from runoff_inference_worker.errors import AttemptFailed, MalformedAnswer
from runoff_inference_worker.provider import Answer
from runoff_inference_worker.suppression import suppressed
from runoff_inference_worker.views import Placed

DECIMALS = 3
"""A thousandth of a pixel: the rest is noise of the arithmetic, and fills the log."""

_N_CANDIDATES = 5000
"""Most that are looked at, the most confident ones. Suppression holds every box that stays against
all that are left, so this bounds its time; a usual detector has some hundred above the least
confidence, and keeps `most` of them, 100 as a rule."""
_CORNERS = {"split": "xyxy", "yolo": "cxcywh", "detr": "cxcywh", "nms": "xyxy"}
_UNITS = {"split": "pixels", "yolo": "pixels", "detr": "share", "nms": "pixels"}
_IOUS = {"yolo": 0.5}


def boxes_of(
    tensors: Mapping[str, NDArray[Any]],
    output: DetectionOutput,
    labels: Sequence[str],
    views: Sequence[Placed],
) -> list[Answer | AttemptFailed]:
    """The boxes of each image, most confident first; the first one's confidence is the answer's.

    Boxes are clipped to the image. Dropped are those of too little confidence, those with numbers
    that are not finite, and those without an area on the image.

    Args:
        tensors: By the field of the declaration that names them.
        output: What they mean.
        labels: In the order of the model's numbers.
        views: One an image.

    Raises:
        MalformedAnswer: When a tensor has another shape.
    """
    read = READERS[output.shape](tensors, output, len(labels), len(views))
    answers: list[Answer | AttemptFailed] = []
    # Numbers near the end of what a float holds give no box; they are no reason for a warning.
    with np.errstate(over="ignore", invalid="ignore"):
        for image, placed in enumerate(views):
            try:
                answers.append(_answer(read(image), output, labels, placed))
            except MalformedAnswer as error:
                answers.append(error)
    return answers


def _answer(
    found: Candidates, output: DetectionOutput, labels: Sequence[str], placed: Placed
) -> Answer:
    found = found.finite().first(_N_CANDIDATES)
    whole = _original(found.boxes.astype(np.float64), output, placed)
    size = (placed.width, placed.height)
    clipped = np.round(np.clip(whole, 0, size * 2), DECIMALS)
    seen = np.flatnonzero((clipped[:, 2:] > clipped[:, :2]).all(axis=1))
    iou = _IOUS.get(output.shape) if output.iou is None else output.iou
    if iou is not None:
        seen = seen[suppressed(whole[seen], found.labels[seen], iou=iou, most=output.most)]
    seen = seen[: output.most]
    confidences = np.round(np.clip(found.confidences[seen].astype(np.float64), 0, 1), 6).tolist()
    sizes = np.round(clipped[seen, 2:] - clipped[seen, :2], DECIMALS)
    boxes = [
        Box(label=labels[label], x=x, y=y, width=width, height=height, confidence=confidence)
        for label, (x, y), (width, height), confidence in zip(
            found.labels[seen].tolist(),
            clipped[seen, :2].tolist(),
            sizes.tolist(),
            confidences,
            strict=True,
        )
    ]
    return Answer(boxes=boxes, confidence=confidences[0] if confidences else None)


def _original(
    boxes: NDArray[np.float64], output: DetectionOutput, placed: Placed
) -> NDArray[np.float64]:
    """Left, top, right, bottom in pixels of the original, shape (k, 4)."""
    corners = _corners(boxes, output.corners or _CORNERS[output.shape]).reshape(-1, 2, 2)
    if (output.unit or _UNITS[output.shape]) == "share":
        corners = corners * (placed.view.width, placed.view.height)
    return placed.window.original(corners).reshape(-1, 4)


def _corners(boxes: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    """Left, top, right, bottom of boxes that are written in one of the four ways."""
    if kind == "xyxy":
        return boxes
    if kind == "yxyx":
        return boxes[:, [1, 0, 3, 2]]
    first, sizes = boxes[:, :2], boxes[:, 2:]
    if kind == "cxcywh":
        first = first - sizes / 2
    return np.concatenate([first, first + sizes], axis=1)
