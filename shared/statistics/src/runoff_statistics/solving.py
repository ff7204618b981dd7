"""Roots and normal quantiles, from the standard library and scipy.special alone.

`scipy.stats` and `scipy.optimize` have both, and take three times as long to import as all of
this package: every process that compares would pay for it at its start.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

_NORMAL = NormalDist()


def normal_quantile(chance: float) -> float:
    """The standard normal value below which this chance lies; chance above 0 and below 1.

    Source: Wichura, Applied Statistics 37 (1988) 477-484, algorithm AS 241 (by `statistics`).
    """
    return _NORMAL.inv_cdf(chance)


def normal_cdf(z: float) -> float:
    """The chance of a standard normal value of at most z."""
    return math.erfc(-z / math.sqrt(2)) / 2  # NormalDist.cdf is 0 from 8 deviations down


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where the function changes sign between low and high, to the last bit, by halving.

    The signs at both ends must differ, or an end that is 0 itself is the answer; nothing
    faster is worth it, since a call costs a microsecond and there are at most some hundred.
    """
    at_low = function(low)
    if at_low == 0:
        return low
    while True:
        middle = low + (high - low) / 2
        if middle in (low, high):
            return middle
        at_middle = function(middle)
        if at_middle == 0:
            return middle
        if (at_middle > 0) == (at_low > 0):
            low = middle
        else:
            high = middle


def smallest_count(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """The smallest whole number from low to high for which it holds; None when none does.

    It must hold for every number above one for which it holds.
    """
    if not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
