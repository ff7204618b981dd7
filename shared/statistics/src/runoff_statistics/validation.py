"""Checks of arguments, so that nonsense is refused by name instead of becoming a NaN."""

import math
import operator
from typing import SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.errors import InvalidCount, InvalidNumber, InvalidProbability, InvalidScores

LARGEST_SCORE = 1e100
"""Squares and cubes of greater ones overflow."""
NO_SPREAD = 1e-12
"""A standard deviation at most this share of the largest value is rounding, not spread."""


def whole_count(name: str, value: SupportsIndex, *, at_most: int | None = None) -> int:
    """The value as a plain int.

    Raises:
        InvalidCount: Not an integer (a float with a whole value is not one either),
            negative, or more than `at_most`.
    """
    try:
        count = operator.index(value)
    except TypeError:
        raise InvalidCount(name, value, at_most=at_most) from None
    if count < 0 or (at_most is not None and count > at_most):
        raise InvalidCount(name, count, at_most=at_most)
    return count


def open_probability(name: str, value: float, *, above: float = 0.0) -> float:
    """The value as a float, when it lies strictly between `above` and 1.

    Raises:
        InvalidProbability: NaN, or outside that range.
    """
    number = _number(value)
    if not above < number < 1:
        raise InvalidProbability(name, value, allowed=f"a number above {above:g} and below 1")
    return number


def closed_probability(name: str, value: float) -> float:
    """The value as a float, when it lies from 0 to 1, both included.

    Raises:
        InvalidProbability: NaN, or outside that range.
    """
    number = _number(value)
    if not 0 <= number <= 1:
        raise InvalidProbability(name, value, allowed="a number from 0 to 1")
    return number


def positive_number(name: str, value: float) -> float:
    """The value as a float, when it is finite and above 0.

    Raises:
        InvalidNumber: NaN, infinite, or not above 0.
    """
    number = _number(value)
    if not 0 < number < math.inf:
        raise InvalidNumber(name, value, allowed="a finite number above 0")
    return number


def finite_scores(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """The values as float64, shape (n,), when all are finite numbers up to 1e100.

    Raises:
        InvalidScores: Masked, not numeric, not one-dimensional, NaN, infinite or too large.
    """
    scores = one_dimensional(name, values)
    if len(scores) == 0:
        return scores
    low, high = float(scores.min()), float(scores.max())  # NaN comes through both
    if not (math.isfinite(low) and math.isfinite(high)):
        n_bad = int(np.count_nonzero(~np.isfinite(scores)))
        raise InvalidScores(name, f"{n_bad} of {len(scores)} values are NaN or infinite")
    if max(-low, high) > LARGEST_SCORE:
        raise InvalidScores(name, f"a value is beyond {LARGEST_SCORE:g}, where squares overflow")
    return scores


def one_dimensional(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """The values as float64, shape (n,); NaN and infinity pass.

    Raises:
        InvalidScores: Masked, not numeric, or not one-dimensional.
    """
    if np.ma.is_masked(values):
        raise InvalidScores(name, "it has masked entries")
    scores = np.asarray(values)
    if scores.dtype.kind not in "biuf" and scores.size:
        raise InvalidScores(name, f"it holds {scores.dtype}, not numbers")
    if scores.ndim != 1:
        raise InvalidScores(name, f"its shape is {scores.shape}, not (n,)")
    return scores.astype(np.float64, copy=False)  # nobody here writes into scores


def cluster_codes(clusters: ArrayLike, n: int) -> NDArray[np.intp]:
    """Clusters numbered from 0, shape (n,), in the order of their names.

    Raises:
        InvalidScores: Masked, not one name an entry, or NaN among them.
    """
    if np.ma.is_masked(clusters):
        raise InvalidScores("clusters", "it has masked entries")
    names = np.asarray(clusters)
    if names.shape != (n,):
        raise InvalidScores("clusters", f"its shape is {names.shape}, not ({n},)")
    if names.dtype.kind == "f" and np.isnan(names).any():
        raise InvalidScores("clusters", "an entry has no cluster (NaN)")
    codes: NDArray[np.intp] = np.unique(names, return_inverse=True)[1]
    return codes


def _number(value: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
