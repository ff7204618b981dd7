"""The difference of two paired proportions, exactly: Fay and Lumbard's melded interval.

A - B is theta (2 beta - 1): how often exactly one of the two is right, times how one-sided these
entries are. Both shares have Clopper and Pearson's limits; each pair of limits is a beta
distribution, and what the limit of the product is follows from both at once ("melded"):

    lower limit: the alpha / 2 quantile of T (2 B - 1), where B ~ Beta(x, m - x + 1) and
    T ~ Beta(m, n - m + 1) where B > 1/2, else Beta(m + 1, n - m)

of x entries that only A gets right, m on which the two differ, and n in all. T does not turn the
sign, so that the limit is above 0 exactly where the one-sided exact McNemar test rejects: interval
and test never contradict each other.

Chosen over Tango's score interval (`tango`), which was here before, by summing over all outcomes
(`make bench ARGS=calibration`; decision page 0041): Tango's holds 93.3 to 99.9 % at 50 to 100
entries, with up to 5.1 % instead of 2.5 on one side, and leaves out 0 in 46 of the 1,326 outcomes
of 50 entries in which the exact test does not reject. This one never holds less than 95 %, and is
wider by 9 % at 50 entries. Newcombe's method 10 moves with how the entries on which both agree
split into right and wrong, which says nothing about the difference; Bonett and Price's adjusted
Wald interval is narrower, and errs in up to 5.8 % on one side where all differences go one way.

Source: Fay and Lumbard, Statistics in Medicine 40 (2021) 1147-1159, who also sum the coverage for
all n up to 100; melding: Fay, Proschan and Brittain, Biometrics 71 (2015) 146-156.
"""

from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from runoff_statistics.interval import Interval
from runoff_statistics.solving import normal_quantile, root
from runoff_statistics.special import betainc, betaincinv, betaln, xlog1py, xlogy

_OF_T = np.array([1 - 1e-13, 0.99, 0.5, 0.01, 1e-13])
_OF_B = np.array([1e-15, 0.5, 1 - 1e-15])
"""Quantiles between which the two distributions are smooth enough for these nodes: with them the
chance is right to 1e-10 (the contract test holds it against adaptive quadrature)."""
_CLOSE = 1e-13


@cache
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of Gauss and Legendre on -1 to 1, with their weights; each of shape (20,)."""
    from numpy.polynomial.legendre import leggauss  # 2 ms that only who compares pays

    return leggauss(20)


def melded_interval(only_a: int, only_b: int, n: int, confidence: float) -> Interval:
    """Every difference that the melded test does not reject, within -1 to 1.

    Args:
        only_a: Entries that only A got right, at least 0.
        only_b: Entries that only B got right, at least 0; with only_a at most n.
        n: All entries, at least 1.
        confidence: At least this is held, above 0 and below 1.
    """
    tail = (1 - confidence) / 2
    # The upper limit is the mirrored lower one: swapping the models only changes the sign.
    return Interval(
        low=_lower_limit(only_a, only_b, n, tail),
        high=-_lower_limit(only_b, only_a, n, tail),
        confidence=confidence,
    )


def chance_at_most(only_a: int, only_b: int, n: int, difference: float) -> float:
    """One-sided p-value of "A minus B is at most `difference`"; at 0 the exact McNemar test's.

    Args:
        only_a: Entries that only A got right, at least 0.
        only_b: Entries that only B got right, at least 0; with only_a at most n.
        n: All entries, at least 1.
        difference: Of the hypothesis, above -1 and below 1.
    """
    if only_a == 0:
        return 1.0 if difference >= 0 else _none_for_a(only_b, n, -difference)
    return _Melded(only_a, only_b, n).at_most(difference)


def _none_for_a(only_b: int, n: int, by: float) -> float:
    """B is not known to lose a single one: -T is at most -by."""
    return 1.0 if only_b == n else float(betainc(n - only_b, only_b + 1, 1 - by))


def _lower_limit(only_a: int, only_b: int, n: int, tail: float) -> float:
    if only_a == 0:
        return -1.0 if only_b == n else -1.0 + float(betaincinv(n - only_b, only_b + 1, tail))
    wanted, melded = normal_quantile(tail), _Melded(only_a, only_b, n)

    def excess(difference: float) -> float:
        # In normal scores it is nearly a straight line, on which the root is found at once.
        chance = min(max(melded.at_most(difference), 1e-300), 1 - 1e-16)
        return NormalDist().inv_cdf(chance) - wanted

    estimate = (only_a - only_b) / n
    if excess(estimate) <= 0:  # so little confidence that nothing is left
        return estimate
    below = max(estimate - 6 / n**0.5, -1.0)
    return root(excess, below if excess(below) < 0 else -1.0, estimate, close=_CLOSE)


class _Melded:
    """The lower limit's distribution, for at least one entry that only A got right."""

    def __init__(self, only_a: int, only_b: int, n: int) -> None:
        m = only_a + only_b
        self._shares = {True: (m, n - m + 1), False: (m + 1, n - m)}
        self._sides = {True: (only_a, only_b + 1), False: (only_b + 1, only_a)}
        self._quantiles = {above: self._quantiles_of(above) for above in (True, False)}

    def _quantiles_of(self, above: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        of_t, (a, b) = self._shares[above], self._sides[above]
        t = betaincinv(*of_t, _OF_T) if of_t[1] else np.ones(len(_OF_T))
        return t, 1 - betaincinv(b, a, _OF_B)

    def at_most(self, difference: float) -> float:
        """Chance that T (2B - 1) is at most the difference.

        Below 0 with B mirrored about 1/2, so that in both cases B lies above (1 + size) / 2 and
        T is compared with size / (2B - 1).
        """
        size, above = abs(difference), difference >= 0
        if size >= 1:
            return 1.0 if above else 0.0
        of_t, (a, b) = self._shares[above], self._sides[above]
        if size == 0:  # T does not turn the sign
            return float(betainc(a, b, 0.5))
        t, b_quantiles = self._quantiles[above]
        turns = (1 + np.minimum(size / np.maximum(t, 1e-300), 1)) / 2
        start = float(turns[0])
        beyond = float(betainc(b, a, 1 - start))
        edges = np.unique(
            np.clip(np.concatenate([turns, b_quantiles]), start, max(start, b_quantiles[0]))
        )
        if len(edges) < 2:
            return 1 - beyond if above else beyond
        half = np.diff(edges)[:, None] / 2
        nodes, weights = _nodes()
        at = edges[:-1, None] + half + half * nodes
        density = np.exp(xlogy(a - 1, at) + xlog1py(b - 1, -at) - betaln(a, b))
        reached = np.minimum(size / np.maximum(2 * at - 1, 1e-300), 1)
        # Where every entry is discordant, T is 1 for sure below 0.
        less = betainc(*of_t, reached) if of_t[1] else (reached >= 1).astype(float)
        mass = float((half * weights * less * density).sum())
        return 1 - beyond + mass if above else beyond - mass
