"""Boxes of two contenders held against each other."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.answers import Box

MOST = 100
"""Boxes of a contender that are paired, the most confident ones: as many as COCO's evaluation
looks at (cocodataset.org/#detection-eval, maxDets)."""


def class_counts(boxes: Sequence[Box]) -> Counter[str]:
    """How many boxes there are of each class."""
    return Counter(box.label for box in boxes)


def mean_overlap(a: Sequence[Box], b: Sequence[Box]) -> float | None:
    """Mean intersection over union of the boxes that are paired; none where none can be.

    Boxes of a class are paired one to one such that they overlap as much as they can, as many of
    them as there are in both, so two that lie apart count as 0.

    Source: Kuhn, The Hungarian method for the assignment problem (1955), by
    `scipy.optimize.linear_sum_assignment`.
    """
    # Slow to import, and for boxes only; slices are scored in a thread.
    from scipy.optimize import linear_sum_assignment

    of_a, of_b = _by_class(a[:MOST]), _by_class(b[:MOST])
    paired: list[float] = []
    for label in of_a.keys() & of_b.keys():
        overlaps = _overlaps(of_a[label], of_b[label])
        paired.extend(overlaps[linear_sum_assignment(overlaps, maximize=True)].tolist())
    # Summed in order of size: the order of classes in a set differs from process to process.
    return sum(sorted(paired)) / len(paired) if paired else None


def _by_class(boxes: Sequence[Box]) -> dict[str, NDArray[np.float64]]:
    corners: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    for box in boxes:
        corners[box.label].append((box.x, box.y, box.x + box.width, box.y + box.height))
    return {label: np.array(each, dtype=np.float64) for label, each in corners.items()}


def _overlaps(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of each of a (n, 4) with each of b (m, 4), shape (n, m).

    0 for boxes without area, and for those so large that their area is no number.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        low = np.maximum(a[:, None, :2], b[None, :, :2])
        high = np.minimum(a[:, None, 2:], b[None, :, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=2)
        area_a = np.prod(a[:, 2:] - a[:, :2], axis=1)
        area_b = np.prod(b[:, 2:] - b[:, :2], axis=1)
        found = shared / (area_a[:, None] + area_b[None, :] - shared)
    return np.where(np.isfinite(found), np.clip(found, 0, 1), 0.0)
