"""Two means on the same entries: what a paired test of a given size can see at all.

The test is the one that a document makes, Student's t adjusted for what the entries did not show
(`adjusted`): beside Student's own its statistic is smaller by a factor that hangs on n and on how
far scores may lie, so it sees what Student's t sees at a limit that is higher by that factor. Power
is then that of t on normal differences, by the noncentral t distribution; the other two functions
solve it, so that the three always agree. `make bench ARGS=calibration` has how often the plan's
entries do show the difference.

Source: Cohen, Statistical Power Analysis for the Behavioral Sciences (2nd ed., 1988), chapter 2.
"""

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from runoff_statistics.adjusted import REACH, Bounds
from runoff_statistics.errors import InvalidCount, NoEntries
from runoff_statistics.solving import normal_cdf, normal_quantile, root, smallest_count
from runoff_statistics.special import nctdtr, stdtrit
from runoff_statistics.validation import open_probability, positive_number, whole_count

MAX_ENTRIES = 10**12
"""Beyond it no number of entries is named: the effect is too small to plan for."""
_NORMAL_FROM = 100_000
"""From here on t is the normal distribution to 1e-5, and nctdtr loses digits."""
_QUARTILE = 0.75
"""Of the furthest of n: by its median heavy tails are seen in 74 % where 80 are planned."""
MeanTest = Literal["adjusted_t", "t"]


@dataclass(frozen=True)
class Spread:
    """How the differences between two models vary from entry to entry.

    Raises:
        InvalidNumber: sd is not a finite number above 0.
    """

    sd: float
    """Standard deviation, above 0, in the unit of the scores."""
    bounds: Bounds | None = None
    """Between which differences lie whatever happens; None where nobody knows."""
    deviations: NDArray[np.float64] | None = field(default=None, compare=False)
    """How far earlier differences lay from their mean, in ascending order, shape (k,): the furthest
    of n is read from them where there are no bounds. None: as far as the furthest of n normal ones,
    which is too near for heavy tails."""
    test: MeanTest = "adjusted_t"

    def __post_init__(self) -> None:
        object.__setattr__(self, "sd", positive_number("sd", self.sd))

    def factor(self, n: int, difference: float) -> float:
        """By which the adjusted statistic is smaller than Student's t, of n entries."""
        if self.test == "t":
            return 1.0
        seen = (n - 1) * self.sd**2
        if self.bounds is None:
            reach = REACH * self._furthest(n)
            return self.sd * math.sqrt((n + 1) / (seen + reach**2))
        low, high = self.bounds
        shrunk, unseen = n / (n + 1), ((high - low) / 2) ** 2 + difference**2
        return shrunk * self.sd * math.sqrt((n + 1) / (seen + unseen))

    def _furthest(self, n: int) -> float:
        """In a quarter of samples of n one lies further."""
        beyond = -math.expm1(math.log(_QUARTILE) / n)
        if self.deviations is None:
            return self.sd * normal_quantile(1 - beyond / 2)
        place = round((1 - beyond) * (len(self.deviations) - 1))
        return float(self.deviations[place])


def power_of_mean(n: int, difference: float, spread: Spread, *, confidence: float = 0.95) -> float:
    """Chance that the test on n entries sees this mean difference.

    Args:
        n: Pairs, at least 2.
        difference: True mean difference, above 0 (its sign is no matter).
        spread: Of the paired differences, in the same unit.
        confidence: 1 minus the level of the test, above 0 and below 1.

    Raises:
        InvalidCount: n is negative or not whole.
        InvalidNumber: The difference is not a finite number above 0.
        InvalidProbability: The confidence is out of range.
        NoEntries: n is 0 or 1: one pair shows no spread.
    """
    n = whole_count("n", n)
    if n < 2:
        raise NoEntries("a t test with fewer than two pairs")
    difference = positive_number("difference", difference)
    return _power(n, difference, spread, open_probability("confidence", confidence))


def detectable_mean_difference(
    n: int, spread: Spread, *, confidence: float = 0.95, power: float = 0.8
) -> float | None:
    """The smallest mean difference that n pairs show with this power, in the unit of the spread.

    None where not even a difference as large as the bounds would be seen.

    Raises:
        InvalidCount: n is negative or not whole.
        InvalidProbability: confidence, or power above confidence's error, is out of range.
        NoEntries: n is 0 or 1.
    """
    n = whole_count("n", n)
    confidence = open_probability("confidence", confidence)
    power = open_probability("power", power, above=0.5)
    if n < 2:
        raise NoEntries("a t test with fewer than two pairs")
    largest = math.inf if spread.bounds is None else max(map(abs, spread.bounds))
    high = min(spread.sd, largest)
    while _power(n, high, spread, confidence) < power:
        if high == largest:
            return None
        high = min(2 * high, largest)
    return root(lambda each: _power(n, each, spread, confidence) - power, 0.0, high)


def entries_for_mean(
    difference: float, spread: Spread, *, confidence: float = 0.95, power: float = 0.8
) -> int:
    """Fewest pairs that show this mean difference with this power; at least 2.

    Raises:
        InvalidCount: More than a million million pairs would be needed.
        InvalidNumber: The difference is not a finite number above 0.
        InvalidProbability: confidence or power (above 0.5 and below 1) is out of range.
    """
    difference = positive_number("difference", difference)
    confidence = open_probability("confidence", confidence)
    power = open_probability("power", power, above=0.5)
    found = smallest_count(
        lambda n: _power(n, difference, spread, confidence) >= power, 2, MAX_ENTRIES
    )
    if found is None:
        raise InvalidCount("the entries needed", math.inf, at_most=MAX_ENTRIES)
    return found


def _power(n: int, difference: float, spread: Spread, confidence: float) -> float:
    noncentrality = difference / spread.sd * math.sqrt(n)
    limit = -float(stdtrit(n - 1, (1 - confidence) / 2)) / spread.factor(n, difference)
    if n >= _NORMAL_FROM:
        return normal_cdf(noncentrality - limit) + normal_cdf(-noncentrality - limit)
    return 1 - _below(n - 1, noncentrality, limit) + _below(n - 1, noncentrality, -limit)


def _below(df: int, noncentrality: float, t: float) -> float:
    """Chance that noncentral t is below t; 0 where it is less than 1e-10.

    scipy's nctdtr gives NaN in places, all of them that far out.
    """
    chance = float(nctdtr(df, noncentrality, t))
    return chance if chance > 0 else 0.0
