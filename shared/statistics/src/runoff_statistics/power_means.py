"""Two means on the same entries: what a paired t test of a given size can see at all.

Power is the exact one of the two-sided t test on normal differences, by the noncentral t
distribution; the other two functions solve it, so that the three always agree.

Source: Cohen, Statistical Power Analysis for the Behavioral Sciences (2nd ed., 1988), chapter 2.
"""

import math

from runoff_statistics.errors import InvalidCount, NoEntries
from runoff_statistics.solving import normal_cdf, root, smallest_count
from runoff_statistics.special import nctdtr, stdtrit
from runoff_statistics.validation import open_probability, positive_number, whole_count

MAX_ENTRIES = 10**12
"""Beyond it no number of entries is named: the effect is too small to plan for."""
_NORMAL_FROM = 100_000
"""From here on t is the normal distribution to 1e-5, and nctdtr loses digits."""


def power_of_mean(n: int, difference: float, sd: float, *, confidence: float = 0.95) -> float:
    """Chance that the paired t test on n entries sees this mean difference.

    Args:
        n: Pairs, at least 2.
        difference: True mean difference, above 0 (its sign is no matter).
        sd: Standard deviation of the paired differences, above 0, in the same unit.
        confidence: 1 minus the level of the test, above 0 and below 1.

    Raises:
        InvalidCount: n is negative or not whole.
        InvalidNumber: difference or sd is not a finite number above 0.
        InvalidProbability: The confidence is out of range.
        NoEntries: n is 0 or 1: one pair shows no spread.
    """
    n = whole_count("n", n)
    if n < 2:
        raise NoEntries("a t test with fewer than two pairs")
    effect = positive_number("difference", difference) / positive_number("sd", sd)
    return _power(n, effect, open_probability("confidence", confidence))


def detectable_mean_difference(
    n: int, sd: float, *, confidence: float = 0.95, power: float = 0.8
) -> float:
    """The smallest mean difference that n pairs show with this power, in the unit of sd.

    Raises:
        InvalidCount: n is negative or not whole.
        InvalidNumber: sd is not a finite number above 0.
        InvalidProbability: confidence, or power above confidence's error, is out of range.
        NoEntries: n is 0 or 1.
    """
    n, sd = whole_count("n", n), positive_number("sd", sd)
    confidence = open_probability("confidence", confidence)
    power = open_probability("power", power, above=0.5)
    if n < 2:
        raise NoEntries("a t test with fewer than two pairs")
    high = 1.0
    while _power(n, high, confidence) < power:
        high *= 2
    return sd * root(lambda effect: _power(n, effect, confidence) - power, 0.0, high)


def entries_for_mean(
    difference: float, sd: float, *, confidence: float = 0.95, power: float = 0.8
) -> int:
    """Fewest pairs that show this mean difference with this power; at least 2.

    Raises:
        InvalidCount: More than a million million pairs would be needed.
        InvalidNumber: difference or sd is not a finite number above 0.
        InvalidProbability: confidence or power (above 0.5 and below 1) is out of range.
    """
    effect = positive_number("difference", difference) / positive_number("sd", sd)
    confidence = open_probability("confidence", confidence)
    power = open_probability("power", power, above=0.5)
    found = smallest_count(lambda n: _power(n, effect, confidence) >= power, 2, MAX_ENTRIES)
    if found is None:
        raise InvalidCount("the entries needed", math.inf, at_most=MAX_ENTRIES)
    return found


def _power(n: int, effect: float, confidence: float) -> float:
    noncentrality = effect * math.sqrt(n)
    limit = -float(stdtrit(n - 1, (1 - confidence) / 2))
    if n >= _NORMAL_FROM:
        return normal_cdf(noncentrality - limit) + normal_cdf(-noncentrality - limit)
    return 1 - _below(n - 1, noncentrality, limit) + _below(n - 1, noncentrality, -limit)


def _below(df: int, noncentrality: float, t: float) -> float:
    """Chance that noncentral t is below t; 0 where it is less than 1e-10.

    scipy's nctdtr gives NaN in places, all of them that far out.
    """
    chance = float(nctdtr(df, noncentrality, t))
    return chance if chance > 0 else 0.0
