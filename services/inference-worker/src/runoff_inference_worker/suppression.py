"""Non-maximum suppression: of boxes that overlap too much, the most confident one stays."""

import numpy as np
from numpy.typing import NDArray

_N_BLOCK = 64
"""Boxes held against each other in one step: enough to make numpy worth its calls, and few enough
that the matrix of all pairs stays in the processor's cache."""


def suppressed(
    corners: NDArray[np.float64], labels: NDArray[np.intp], *, iou: float, most: int
) -> NDArray[np.intp]:
    """Places of the boxes that stay, in order: greedily, label by label.

    Block after block, boxes are held against those that stay so far and then against each other,
    until enough stay: the time grows with the number of boxes times `most`, not with its square.

    Args:
        corners: Left, top, right, bottom, shape (k, 4), the most confident first. The result is
            the same in any unit, since the overlap is a ratio of areas.
        labels: Shape (k,); boxes of different labels never suppress each other.
        iou: A box goes when its intersection over union with one that stays is larger.
        most: How many stay at the most.

    Source: greedy suppression as in Felzenszwalb et al., Object Detection with Discriminatively
        Trained Part-Based Models (2010), section 7.2, with the overlap of the Pascal VOC challenge.
    """
    stay = np.empty(0, np.intp)
    for start in range(0, len(corners), _N_BLOCK):
        block = np.arange(start, min(start + _N_BLOCK, len(corners)))
        if stay.size:
            block = block[~_too_close(corners, labels, stay, block, iou).any(axis=0)]
        gone = np.zeros(len(block), np.bool_)
        # A box goes by one before it only: what is behind it is less confident.
        pairs = np.triu(_too_close(corners, labels, block, block, iou), k=1)
        for place, too_close in enumerate(pairs):
            if not gone[place]:
                gone |= too_close
        stay = np.concatenate([stay, block[~gone]])
        if len(stay) >= most:
            break
    return stay[:most]


def _too_close(
    corners: NDArray[np.float64],
    labels: NDArray[np.intp],
    one: NDArray[np.intp],
    other: NDArray[np.intp],
    iou: float,
) -> NDArray[np.bool_]:
    """Which of the ones overlaps which of the others by more, and has its label."""
    left, top, right, bottom = corners[one].T[..., np.newaxis]
    left_, top_, right_, bottom_ = corners[other].T
    width = np.minimum(right, right_) - np.maximum(left, left_)
    height = np.minimum(bottom, bottom_) - np.maximum(top, top_)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    either = (right - left) * (bottom - top) + (right_ - left_) * (bottom_ - top_) - shared
    # Without a division, which two boxes without an area have no number for.
    too_close = np.greater(shared, iou * either)
    return np.asarray(too_close & (labels[one, np.newaxis] == labels[other]), np.bool_)
