"""Means of what somebody else has summed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from runoff_statistics import InvalidScores, NoEntries, mean_interval
from runoff_statistics.means import interval_of, moments_of


def test_sums_give_the_interval_that_the_values_give() -> None:
    """A database sends three numbers of a hundred thousand."""
    values = np.random.default_rng(1).normal(0.7, 0.1, size=500)

    summed = moments_of(
        500, float(values.mean()), float(values.std(ddof=1)), largest=float(values.max())
    )
    found, wanted = interval_of(summed).interval, mean_interval(values).interval

    assert found is not None
    assert wanted is not None
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_where_there_is_no_spread_there_is_no_interval_and_why() -> None:
    """A width of 0 would claim certainty."""
    one = interval_of(moments_of(1, 0.5, None, largest=0.5))
    equal = interval_of(moments_of(9, 0.1 + 0.2, 1e-17, largest=0.3))

    assert (one.estimate, one.interval, one.reason) == (
        0.5,
        None,
        "one value alone shows no spread",
    )
    assert (equal.interval, equal.reason) == (
        None,
        "all values are equal, so they show no spread",
    )


def test_no_values_and_no_numbers_are_refused() -> None:
    """By name."""
    with pytest.raises(NoEntries):
        moments_of(0, 0.0, None, largest=0.0)
    with pytest.raises(InvalidScores):
        moments_of(2, math.nan, 1.0, largest=1.0)
