"""Checks of arguments, so that nonsense is refused by name instead of becoming a NaN."""

import math
import operator
from typing import SupportsIndex

from runoff_statistics.errors import InvalidCount, InvalidProbability


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


def _number(value: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
