"""Roots and normal quantiles, from the standard library and scipy.special alone.

`scipy.stats` and `scipy.optimize` have both, and take three times as long to import as all of
this package: every process that compares would pay for it at its start.
"""

import math
import sys
from collections.abc import Callable
from statistics import NormalDist

_NORMAL = NormalDist()
_EPSILON, _TINY = sys.float_info.epsilon, sys.float_info.min


def normal_quantile(chance: float) -> float:
    """The standard normal value below which this chance lies; chance above 0 and below 1.

    Source: Wichura, Applied Statistics 37 (1988) 477-484, algorithm AS 241 (by `statistics`).
    """
    return _NORMAL.inv_cdf(chance)


def normal_cdf(z: float) -> float:
    """The chance of a standard normal value of at most z."""
    return math.erfc(-z / math.sqrt(2)) / 2  # NormalDist.cdf is 0 from 8 deviations down


def root(
    function: Callable[[float], float], low: float, high: float, *, close: float = 0.0
) -> float:
    """Where the function changes sign between low and high, to the last bits or to `close`.

    The signs at both ends must differ, or an end that is 0 itself is the answer. Inverse
    quadratic steps where they are safe, else halving: some ten calls where halving takes sixty.

    Source: Chandrupatla, Advances in Engineering Software 28 (1997) 145-149.
    """
    before, now = low, high
    at_before, at_now = function(before), function(now)
    if at_before == 0:
        return before
    step = 0.5
    while True:
        tried = now + step * (before - now)
        at_tried = function(tried)
        if (at_tried > 0) == (at_now > 0):
            oldest, at_oldest = now, at_now
        else:
            oldest, at_oldest, before, at_before = before, at_before, now, at_now
        now, at_now = tried, at_tried
        best, at_best = (now, at_now) if abs(at_now) < abs(at_before) else (before, at_before)
        least = (2 * _EPSILON * abs(best) + close / 2 + _TINY) / abs(before - now)
        if at_best == 0 or least > 0.5:
            return best
        share = (now - before) / (oldest - before)
        rise = (at_now - at_before) / (at_oldest - at_before)
        step = 0.5
        if rise**2 < share and (1 - rise) ** 2 < 1 - share:
            step = at_now / (at_before - at_now) * at_oldest / (at_before - at_oldest) + (
                oldest - now
            ) / (before - now) * at_now / (at_oldest - at_now) * at_before / (at_oldest - at_before)
        step = min(max(step, least), 1 - least)


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
