"""Holm's adjustment: worked by hand, and what it refuses."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runoff_statistics import InvalidProbability, holm


def test_holm_as_worked_by_hand() -> None:
    """Smallest times 4, next times 3 and so on, never falling, in the order given.

    0.005*4 = 0.020, 0.01*3 = 0.030, 0.03*2 = 0.060, and 0.04*1 is lifted to 0.060.
    """
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-15)


def test_one_test_alone_needs_no_adjustment() -> None:
    """A family of one: the price is for company."""
    assert holm(np.array([0.04])).tolist() == [0.04]


def test_no_tests_are_no_error() -> None:
    """A comparison without sections has an empty family."""
    assert holm([]).shape == (0,)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusting_never_makes_a_result_stronger(p_values: list[float]) -> None:
    """Each value stays or grows, up to 1, and their order stays."""
    adjusted = holm(p_values)

    assert np.all(adjusted >= np.array(p_values) * (1 - 1e-12))
    assert np.all(adjusted <= 1)
    assert np.all(np.diff(adjusted[np.argsort(p_values)]) >= 0)


@pytest.mark.parametrize("bad", [math.nan, -0.1, 1.1, math.inf])
def test_what_is_no_p_value_is_refused(bad: float) -> None:
    """NaN would otherwise count as a test and spread over its neighbours."""
    with pytest.raises(InvalidProbability, match=r"p_values\[1\]"):
        holm([0.5, bad])


def test_a_matrix_of_p_values_is_refused() -> None:
    """Which of its axes is the family is for the caller to say."""
    with pytest.raises(InvalidProbability, match="shape"):
        holm(np.full((2, 2), 0.5))


def test_a_masked_p_value_is_refused() -> None:
    """Numpy would hand over the number under the mask."""
    with pytest.raises(InvalidProbability, match="masked"):
        holm(np.ma.array([0.5, 0.5], mask=[False, True]))
