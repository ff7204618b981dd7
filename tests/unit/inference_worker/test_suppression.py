"""Suppression held against a slow one that follows its definition."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_inference_worker.suppression import suppressed

Corners = tuple[int, int, int, int]
# All of them exact in binary, so that an overlap of just the threshold is met often.
THRESHOLDS = [0.0, 0.25, 0.5, 0.75, 1.0]

_side = st.integers(0, 6)
boxes = st.lists(
    st.tuples(_side, _side, _side, _side, st.integers(0, 2)).map(
        lambda each: ((each[0], each[1], each[0] + each[2], each[1] + each[3]), each[4])
    ),
    max_size=40,
)


def overlap(one: Corners, other: Corners) -> Fraction:
    """Intersection over union by exact fractions; of two boxes without an area, 0."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    areas = [(each[2] - each[0]) * (each[3] - each[1]) for each in (one, other)]
    return Fraction(shared, sum(areas) - shared) if sum(areas) else Fraction(0)


def by_definition(given: list[tuple[Corners, int]], iou: float, most: int) -> list[int]:
    """Take the most confident one that is left, drop what overlaps it, and so on."""
    left, stay = list(range(len(given))), []
    while left:
        best = left.pop(0)
        stay.append(best)
        left = [
            each
            for each in left
            if given[each][1] != given[best][1]
            or overlap(given[each][0], given[best][0]) <= Fraction(iou)
        ]
    return stay[:most]


def by_numpy(given: list[tuple[Corners, int]], iou: float, most: int) -> list[int]:
    corners = np.array([box for box, _ in given], np.float64).reshape(-1, 4)
    labels = np.array([label for _, label in given], np.intp)
    return [int(each) for each in suppressed(corners, labels, iou=iou, most=most)]


@given(given_=boxes, iou=st.sampled_from(THRESHOLDS), most=st.integers(1, 50))
def test_what_stays_is_what_the_definition_says(
    given_: list[tuple[Corners, int]], iou: float, most: int
) -> None:
    """Boxes on a coarse grid: equal ones, touching ones, and overlaps of just the threshold."""
    assert by_numpy(given_, iou, most) == by_definition(given_, iou, most)


@pytest.mark.parametrize("most", [3, 100, 1000])
@pytest.mark.parametrize("iou", [0.0, 0.5])
def test_what_stays_does_not_depend_on_how_many_there_are(iou: float, most: int) -> None:
    """Several hundred are worked through block after block."""
    rng = np.random.default_rng(11)
    first = rng.integers(0, 80, (600, 2))
    second = first + rng.integers(1, 25, (600, 2))
    label = rng.integers(0, 3, 600)
    given_ = [
        ((int(x), int(y), int(right), int(bottom)), int(each))
        for (x, y), (right, bottom), each in zip(first, second, label, strict=True)
    ]

    assert by_numpy(given_, iou, most) == by_definition(given_, iou, most)
