"""Quantiles of paired measurements, such as the 95th percentile of two models' latencies.

The limits of one quantile are order statistics, whose coverage follows from the binomial
distribution whatever the shape of the measurements. The difference of two quantiles on the same
entries joins both pairs of limits by MOVER, with the correlation that two sample quantiles have:
that of the indicators "A is within its quantile" and "B is within its". Chosen over the
bootstrap, which is slow (each resample needs two selections) and jumpy in the tail, where a
resample holds a handful of different values.

Nothing is sorted but the few values about the quantile that a limit can be: they are parted from
the others in time that grows with n.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.errors import NoEntries
from runoff_statistics.interval import Interval
from runoff_statistics.pairs import same_length
from runoff_statistics.results import Estimate, Significance
from runoff_statistics.solving import smallest_count
from runoff_statistics.special import bdtr
from runoff_statistics.validation import finite_scores, open_probability

ORDER_STATISTICS = "binomial order statistics"
DIFFERENCE = "difference of paired quantiles, order statistics joined by MOVER"
SIGN_TEST = "sign test, exact"
_HALVINGS = 40


def quantile_interval(
    values: ArrayLike, share: float = 0.5, *, confidence: float = 0.95
) -> Estimate:
    """A quantile with its distribution-free interval between two of the values.

    The estimate is numpy's default (linear between the two nearest values). For a paired
    median difference give the differences, with share 0.5: the interval is then the one of
    the sign test. Coverage is at least nominal for continuous measurements.

    Args:
        values: Shape (n,); at least one.
        share: Which quantile, above 0 and below 1.
        confidence: Nominal coverage, above 0 and below 1.

    Returns:
        The interval is None where n is too small for the wanted limits to lie among the
        values: the 95th percentile needs 72 values for 95 %, the median needs 6.

    Raises:
        InvalidProbability: share or confidence is out of range.
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no values.

    Source: Conover, Practical Nonparametric Statistics (3rd ed., 1999), section 3.2.
    """
    scores = finite_scores("values", values)
    share = open_probability("share", share)
    confidence = open_probability("confidence", confidence)
    n = len(scores)
    if n == 0:
        raise NoEntries("a quantile")
    ranks = _ranks(n, share, (1 - confidence) / 2)
    near = _Near(scores, share, ranks or (0, n - 1))
    if ranks is None:
        return Estimate(near.quantile, None, ORDER_STATISTICS, n, _too_few(share, confidence))
    low, high = near.value(ranks[0]), near.value(ranks[1])
    return Estimate(near.quantile, Interval(low, high, confidence), ORDER_STATISTICS, n)


def sign_test(differences: ArrayLike) -> Significance:
    """Two-sided test that the median difference is 0; the statistic is the positive count.

    Entries with no difference are dropped; where none differs the p-value is 1.

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no differences.

    Source: Conover (1999), section 3.4.
    """
    values = finite_scores("differences", differences)
    if len(values) == 0:
        raise NoEntries("a paired test")
    up, down = int((values > 0).sum()), int((values < 0).sum())
    p_value = min(1.0, 2 * float(bdtr(min(up, down), up + down, 0.5))) if up + down else 1.0
    return Significance(p_value, float(up), SIGN_TEST, len(values))


def quantile_difference(
    a: ArrayLike, b: ArrayLike, share: float, *, confidence: float = 0.95
) -> Estimate:
    """Quantile of A minus the same quantile of B, measured on the same entries.

    This is the difference of the two numbers that a latency table shows (p95 minus p95), and
    not the quantile of the entries' differences, for which see `quantile_interval`.

    Args:
        a: Measurements of A, shape (n_pairs,); at least one.
        b: Those of B on the same entries, in the same order and unit.
        share: Which quantile, above 0 and below 1.
        confidence: Nominal coverage, above 0 and below 1.

    Returns:
        The interval is None where n is too small (see `quantile_interval`).

    Raises:
        InvalidProbability: share or confidence is out of range.
        InvalidScores: NaN, infinite, of the wrong shape, or of different lengths.
        NoEntries: There are no pairs.

    Source: Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702 (MOVER); with correlation:
        Zou, Psychological Methods 12 (2007) 399-413; the correlation of two sample quantiles:
        Babu and Rao, Journal of Multivariate Analysis 27 (1988) 15-23.
    """
    return PairedQuantiles(a, b, share).difference(confidence)


def quantile_test(a: ArrayLike, b: ArrayLike, share: float) -> Significance:
    """Two-sided test that two paired quantiles are equal, from `quantile_difference`.

    The p-value is 1 minus the confidence at which the interval first touches 0, found by
    halving to 1e-12; 1 where even the narrowest interval holds 0. Arguments, errors and
    sources are those of `quantile_difference`. Where n gives no interval at 95 %, p is None:
    the test could not reject at 0.05.
    """
    return PairedQuantiles(a, b, share).test()


class PairedQuantiles:
    """Two paired quantiles, ordered once, asked for intervals of several confidences.

    Arguments, errors and sources are those of `quantile_difference`.
    """

    def __init__(self, a: ArrayLike, b: ArrayLike, share: float) -> None:
        first, second = same_length(a, b)
        self.share = open_probability("share", share)
        self.n = len(first)
        if self.n == 0:
            raise NoEntries("a difference of quantiles")
        furthest = _furthest(self.n, self.share)
        self.near = [_Near(each, self.share, furthest) for each in (first, second)]
        a_middle, b_middle = (each.quantile for each in self.near)
        self.estimate = a_middle - b_middle
        self.correlation = _correlation(first <= a_middle, second <= b_middle)

    def difference(self, confidence: float) -> Estimate:
        """As `quantile_difference`."""
        confidence = open_probability("confidence", confidence)
        interval = self.interval(confidence)
        reason = None if interval else _too_few(self.share, confidence)
        return Estimate(self.estimate, interval, DIFFERENCE, self.n, reason)

    def test(self) -> Significance:
        """As `quantile_test`."""
        if self.interval(0.95) is None:
            return Significance(None, None, DIFFERENCE, self.n, _too_few(self.share, 0.95))
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            interval = self.interval(middle)
            if interval is not None and (interval.low > 0 or interval.high < 0):
                low = middle
            else:
                high = middle
        return Significance(1 - low, self.estimate, DIFFERENCE, self.n)

    def interval(self, confidence: float) -> Interval | None:
        """None where the limits lie beyond the measurements."""
        ranks = _ranks(self.n, self.share, (1 - confidence) / 2)
        if ranks is None:
            return None
        # An order statistic may pass the interpolated estimate by less than one step.
        below = [max(each.quantile - each.value(ranks[0]), 0.0) for each in self.near]
        above = [max(each.value(ranks[1]) - each.quantile, 0.0) for each in self.near]
        return Interval(
            self.estimate - self._joined(below[0], above[1]),
            self.estimate + self._joined(above[0], below[1]),
            confidence,
        )

    def _joined(self, one: float, other: float) -> float:
        return math.sqrt(max(one**2 + other**2 - 2 * self.correlation * one * other, 0.0))


class _Near:
    """The order statistics from one rank to another, and the quantile among them.

    Args:
        values: Shape (n,), at least one.
        share: Which quantile.
        ranks: First and last that are wanted, from 0; more are kept where the quantile is.
    """

    def __init__(self, values: NDArray[np.float64], share: float, ranks: tuple[int, int]) -> None:
        n = len(values)
        place = (n - 1) * share
        before = min(math.floor(place), n - 1)
        after = min(before + 1, n - 1)
        self._first, last = min(ranks[0], before), max(ranks[1], after)
        parted = np.partition(values, (self._first, last))
        self._values = np.sort(parted[self._first : last + 1])
        # As numpy's quantile does it, to the last bit.
        low, high, part = self.value(before), self.value(after), place - before
        step = high - low
        self.quantile = high - step * (1 - part) if part >= 0.5 else low + step * part

    def value(self, rank: int) -> float:
        return float(self._values[rank - self._first])


def _correlation(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Pearson's for two yes/no variables; 0 where one of them does not vary."""
    share_a, share_b = float(a.mean()), float(b.mean())
    scale = math.sqrt(share_a * (1 - share_a) * share_b * (1 - share_b))
    return (float((a & b).mean()) - share_a * share_b) / scale if scale else 0.0


def _ranks(n: int, share: float, tail: float) -> tuple[int, int] | None:
    """Positions (from 0) of the two order statistics, each side with this error."""
    low, high = _positions(n, share, tail)
    return None if low < 0 or high > n - 1 else (low, high)


def _positions(n: int, share: float, tail: float) -> tuple[int, int]:
    # The k-th smallest value lies above the quantile when fewer than k values lie below it.
    above = smallest_count(lambda k: float(bdtr(k, n, share)) > tail, 0, n)
    high = smallest_count(lambda k: float(bdtr(k, n, share)) >= 1 - tail, 0, n)
    return (n if above is None else above) - 1, n if high is None else high


def _furthest(n: int, share: float) -> tuple[int, int]:
    """Between which positions all limits lie that `PairedQuantiles.test` may ask for."""
    low, high = _positions(n, share, 2.0 ** -(_HALVINGS + 1))
    return max(low, 0), min(high, n - 1)


def _too_few(share: float, confidence: float) -> str:
    outer = max(share, 1 - share)
    needed = math.ceil(math.log((1 - confidence) / 2) / math.log(outer))
    return f"a {confidence:.3g} interval of this quantile needs {needed} entries"
