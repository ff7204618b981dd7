"""What a detector says may be there: read from each of the four shapes of its output.

A reader checks the shapes of a call's tensors once, and then gives the candidates of one image
after another: those that reach the least confidence, each with its likeliest label.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.specs.tensors import DetectionOutput
from runoff_inference_worker.classes import ROUNDING, activated
from runoff_inference_worker.errors import MalformedAnswer

Tensors = Mapping[str, NDArray[Any]]
_SPLIT = ("boxes", "scores", "classes")


class Candidates(NamedTuple):
    """Of one image, k of them."""

    boxes: NDArray[Any]
    """Four numbers each as the model gives them, shape (k, 4)."""
    confidences: NDArray[Any]
    """Shape (k,)."""
    labels: NDArray[np.intp]
    """Numbers of labels, shape (k,)."""

    def finite(self) -> "Candidates":
        """Those whose boxes have finite numbers.

        Raises:
            MalformedAnswer: When there are candidates, and none of them has.
        """
        kept = np.isfinite(self.boxes).all(axis=1)
        if kept.all():
            return self
        if not kept.any():
            raise MalformedAnswer("no box has finite numbers")
        return self._at(np.flatnonzero(kept))

    def first(self, most: int) -> "Candidates":
        """The most confident ones in order; of equal ones those that the model gave first."""
        order = np.argsort(-self.confidences.astype(np.float64), kind="stable")
        return self._at(order[:most])

    def _at(self, places: NDArray[np.intp]) -> "Candidates":
        return Candidates(self.boxes[places], self.confidences[places], self.labels[places])


Read = Callable[[int], Candidates]
"""The candidates of the image at a place of the batch; raises MalformedAnswer for that image."""


def _split(tensors: Tensors, output: DetectionOutput, n_labels: int, n: int) -> Read:
    boxes, scores, classes = (tensors[name] for name in _SPLIT)
    if n == 1 and boxes.ndim == 2:
        boxes, scores, classes = boxes[np.newaxis], scores[np.newaxis], classes[np.newaxis]
    k = boxes.shape[1] if boxes.ndim == 3 else 0
    if (boxes.shape, scores.shape, classes.shape) != ((n, k, 4), (n, k), (n, k)):
        shapes = ", ".join(f"{name} {tensors[name].shape}" for name in _SPLIT)
        raise MalformedAnswer(
            f"the outputs have the shapes {shapes}; needed are boxes ({n}, k, 4), "
            f"scores ({n}, k), classes ({n}, k){', or all without the 1' if n == 1 else ''}"
        )

    def read(image: int) -> Candidates:
        return _of_split(boxes[image], scores[image], classes[image], output, n_labels)

    return read


def _nms(tensors: Tensors, output: DetectionOutput, n_labels: int, n: int) -> Read:
    given = tensors["boxes"]
    of_batch = given.ndim == 2 and given.shape[1] == 7
    if not of_batch and (given.ndim != 3 or given.shape[0] != n or given.shape[2] != 6):
        raise MalformedAnswer(
            f"the output has shape {given.shape}; needed is ({n}, k, 6): box, score, class; "
            "or (k, 7): image, box, class, score"
        )

    def read(image: int) -> Candidates:
        rows = given[given[:, 0] == image][:, 1:] if of_batch else given[image]
        score, class_ = (5, 4) if of_batch else (4, 5)
        return _of_split(rows[:, :4], rows[:, score], rows[:, class_], output, n_labels)

    return read


def _of_split(
    boxes: NDArray[Any],
    scores: NDArray[Any],
    classes: NDArray[Any],
    output: DetectionOutput,
    n_labels: int,
) -> Candidates:
    """Of one image whose boxes have one class each, shapes (k, 4), (k,) and (k,)."""
    kept = _confident(scores, output.min_confidence)
    numbers = classes[kept].astype(np.float64) - output.first_class
    # Where labels begin with 1, 0 is the background: nothing is there.
    real = numbers != -1 if output.first_class else np.full(len(kept), True)
    kept, numbers = kept[real], numbers[real]
    known = np.isin(numbers, np.arange(n_labels))
    if not known.all():
        raise MalformedAnswer(
            f"a box has class {numbers[~known][0] + output.first_class:g}; the {n_labels} "
            f"labels are {output.first_class} to {output.first_class + n_labels - 1} "
            f"(output.first_class is {output.first_class})"
        )
    return Candidates(boxes[kept], scores[kept], numbers.astype(np.intp))


def _yolo(tensors: Tensors, output: DetectionOutput, n_labels: int, n: int) -> Read:
    given = tensors["boxes"]
    n_numbers, axis = (5 + n_labels, 2) if output.objectness else (4 + n_labels, 1)
    if given.ndim != 3 or given.shape[0] != n or given.shape[axis] != n_numbers:
        needed = f"({n}, k, {n_numbers})" if output.objectness else f"({n}, {n_numbers}, k)"
        raise MalformedAnswer(
            f"the output has shape {given.shape}; {n_labels} labels"
            f"{' and objectness' if output.objectness else ''} need {needed}"
        )

    def read(image: int) -> Candidates:
        numbers = given[image]
        confidences = numbers[4:].max(axis=0)
        kept = _confident(confidences, output.min_confidence)
        labels = numbers[4:, kept].argmax(axis=0)
        return Candidates(numbers[:4, kept].T, confidences[kept], labels)

    def read_with_objectness(image: int) -> Candidates:
        # A candidate is never surer of a label than of there being anything at all.
        rows = given[image]
        rows = rows[_confident(rows[:, 4], output.min_confidence)]
        confidences = rows[:, 4] * rows[:, 5:].max(axis=1)
        rows = rows[kept := _confident(confidences, output.min_confidence)]
        return Candidates(rows[:, :4], confidences[kept], rows[:, 5:].argmax(axis=1))

    return read_with_objectness if output.objectness else read


def _detr(tensors: Tensors, output: DetectionOutput, n_labels: int, n: int) -> Read:
    boxes, scores = tensors["boxes"], tensors["scores"]
    k = boxes.shape[1] if boxes.ndim == 3 else 0
    n_each = scores.shape[-1] if scores.ndim == 3 else 0
    if boxes.shape != (n, k, 4) or scores.shape[:2] != (n, k) or n_each - n_labels not in {0, 1}:
        raise MalformedAnswer(
            f"the outputs have the shapes boxes {boxes.shape}, scores {scores.shape}; {n_labels} "
            f"labels need boxes ({n}, k, 4), scores ({n}, k, {n_labels + 1}) with the last for "
            f"nothing, or ({n}, k, {n_labels})"
        )
    activation = "softmax" if n_each > n_labels else "sigmoid"

    def read(image: int) -> Candidates:
        shares = activated(scores[image].astype(np.float64), activation)[:, :n_labels]
        confidences = shares.max(axis=1)
        kept = _confident(confidences, output.min_confidence)
        return Candidates(boxes[image][kept], confidences[kept], shares[kept].argmax(axis=1))

    return read


def _confident(confidences: NDArray[Any], least: float) -> NDArray[np.intp]:
    """Places of those that reach the least; one that is no number reaches nothing.

    Raises:
        MalformedAnswer: When none is finite, or one is no confidence.
    """
    kept = np.flatnonzero(confidences >= least)
    if kept.size == 0 and confidences.size and not np.isfinite(confidences).any():
        raise MalformedAnswer("no confidence is a finite number")
    kept = np.compress(np.isfinite(confidences[kept]), kept)
    if kept.size and (largest := confidences[kept].max()) > 1 + ROUNDING:
        raise MalformedAnswer(
            f"a confidence is {largest:.6g}, not within 0 and 1: the file has to hold the "
            "activation (sigmoid or softmax) of its scores"
        )
    return kept


READERS: dict[str, Callable[[Tensors, DetectionOutput, int, int], Read]] = {
    "split": _split,
    "yolo": _yolo,
    "detr": _detr,
    "nms": _nms,
}
"""By `DetectionOutput.shape`, made of: tensors, declaration, number of labels and of images."""
