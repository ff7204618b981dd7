"""The mean of paired differences by Student's t: entry by entry, or in clusters of entries.

Made for means whose distribution is near normal, which the central limit theorem gives with
enough entries. How many are enough for skewed scores is measured by `make bench ARGS=calibration`.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.errors import NoEntries
from runoff_statistics.interval import Interval
from runoff_statistics.results import Estimate, Significance
from runoff_statistics.special import stdtr, stdtrit
from runoff_statistics.validation import NO_SPREAD, cluster_codes, finite_scores, open_probability

T = "paired t"
CLUSTERED_T = "cluster-robust t (CR1)"
NO_VARIANCE = "the differences show no spread to judge by"


_BLOCK = 32_768
"""Values summed at once: a quarter of a megabyte, which caches hold."""


@dataclass(frozen=True)
class Moments:
    """What a t method needs of the differences."""

    mean: float
    standard_error: float | None
    """None where there is no spread, or fewer than two entries or clusters."""
    df: int
    """Degrees of freedom of t: entries, or clusters, minus 1."""
    n: int
    method: str
    reason: str | None
    center: float | None = None
    """What interval and test are about; None where that is the mean."""
    ends: tuple[float, float] | None = None
    """Beyond which no mean can lie: an interval is cut off there; None where there is no bound."""

    @property
    def middle(self) -> float:
        """Of the interval."""
        return self.mean if self.center is None else self.center

    @property
    def turned(self) -> "Moments":
        """Of B minus A, or of scores where lower is better."""
        center = None if self.center is None else -self.center
        ends = None if self.ends is None else (-self.ends[1], -self.ends[0])
        return replace(self, mean=-self.mean, center=center, ends=ends)


def moments(differences: ArrayLike, clusters: ArrayLike | None = None) -> Moments:
    """Mean, standard error and degrees of freedom.

    Args:
        differences: Score of A minus score of B, shape (n_pairs,); at least one.
        clusters: Names of what an entry belongs to (document, conversation, or the entry of
            which this pair is one repeat), shape (n_pairs,). Pairs of one cluster may be
            dependent in any way; clusters must not be. None: each pair stands alone.

    Raises:
        InvalidScores: NaN, infinite, of the wrong shape, or a pair without a cluster.
        NoEntries: There are no differences.

    Source: with clusters, Liang and Zeger, Biometrika 73 (1986) 13-22, and the correction
        G/(G-1) that makes it CR1: Cameron and Miller, Journal of Human Resources 50 (2015)
        317-372 (for a mean, their (N-1)/(N-K) is 1), with t of G - 1 degrees of freedom as
        recommended there for few clusters.
    """
    values = finite_scores("differences", differences)
    n = len(values)
    if n == 0:
        raise NoEntries("a mean difference")
    mean = float(values.mean())
    if clusters is None:
        method, df, unit = T, n - 1, "pair"
        squares = _squares_about(mean, values)
    else:
        codes = cluster_codes(clusters, n)
        sums = np.bincount(codes, weights=values - mean)
        method, df, unit = CLUSTERED_T, len(sums) - 1, "cluster"
        squares = float(np.square(sums).sum())
    if df == 0:
        return Moments(mean, None, df, n, method, f"one {unit} alone shows no spread")
    error = math.sqrt(squares / df * (df + 1)) / n
    largest = max(-float(values.min()), float(values.max()))
    if error * math.sqrt(n) <= NO_SPREAD * largest:
        return Moments(mean, None, df, n, method, NO_VARIANCE)
    return Moments(mean, error, df, n, method, None)


def moments_of(n: int, mean: float, deviation: float | None, *, largest: float) -> Moments:
    """The same of values that somebody else summed, each standing alone, as a database does.

    Args:
        n: How many there are, at least one.
        deviation: Their sample standard deviation (n - 1); None with fewer than two.
        largest: Their largest absolute value, against which rounding is told from spread.

    Raises:
        InvalidScores: A number is NaN or infinite.
        NoEntries: There are no values.
    """
    if n < 1:
        raise NoEntries("a mean")
    finite_scores("moments", [mean, deviation or 0.0, largest])
    if deviation is None or n == 1:
        return Moments(mean, None, n - 1, n, T, "one value alone shows no spread")
    if deviation <= NO_SPREAD * largest:
        return Moments(mean, None, n - 1, n, T, "all values are equal, so they show no spread")
    return Moments(mean, deviation / math.sqrt(n), n - 1, n, T, None)


def mean_interval(
    differences: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    bounds: tuple[float, float] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Mean difference with Student's t interval (see `moments` for arguments and sources).

    With one pair (or one cluster), and where all differences are equal, the interval is None:
    a width of 0 would claim certainty.

    Args:
        bounds: Between which values lie whatever happens: the interval is cut off there.

    Raises:
        InvalidProbability: The confidence is out of range.
        InvalidScores: NaN, infinite, of the wrong shape, or a pair without a cluster.
        NoEntries: There are no differences.
    """
    return interval_of(within(moments(differences, clusters), bounds), confidence=confidence)


def within(found: Moments, bounds: tuple[float, float] | None) -> Moments:
    """The same, where no mean can lie beyond bounds; a mean that does has none."""
    if bounds is None or not bounds[0] <= found.mean <= bounds[1]:
        return found
    return replace(found, ends=bounds)


def interval_of(found: Moments, *, confidence: float = 0.95) -> Estimate:
    """A mean with its t interval, from its moments.

    Raises:
        InvalidProbability: The confidence is out of range.
    """
    confidence = open_probability("confidence", confidence)
    if found.standard_error is None:
        return Estimate(found.mean, None, found.method, found.n, found.reason)
    half = -float(stdtrit(found.df, (1 - confidence) / 2)) * found.standard_error
    low, high = found.middle - half, found.middle + half
    if found.ends is not None:
        low, high = max(low, found.ends[0]), min(high, found.ends[1])
    interval = Interval(low, high, confidence)
    return Estimate(found.mean, interval, found.method, found.n)


def t_test(differences: ArrayLike, clusters: ArrayLike | None = None) -> Significance:
    """Two-sided test that the mean difference is 0 (see `moments` for arguments and sources).

    It rejects exactly when `mean_interval` leaves out 0. Without spread there is no test.

    Raises:
        InvalidScores: NaN, infinite, of the wrong shape, or a pair without a cluster.
        NoEntries: There are no differences.
    """
    return test_of(moments(differences, clusters))


def test_of(found: Moments) -> Significance:
    """The two-sided test that a mean is 0, from its moments."""
    if found.standard_error is None:
        return Significance(None, None, found.method, found.n, found.reason)
    t = found.middle / found.standard_error
    return Significance(upper_tail(abs(t), found.df) * 2, t, found.method, found.n)


def upper_tail(t: float, df: int) -> float:
    """Chance that Student's t with df degrees of freedom is above t."""
    return float(stdtr(df, -t))


def spread(values: NDArray[np.float64]) -> float | None:
    """Sample standard deviation (n - 1); None without spread or with fewer than two values."""
    if len(values) < 2:
        return None
    squares = _squares_about(float(values.mean()), values)
    deviation = math.sqrt(squares / (len(values) - 1))
    largest = max(-float(values.min()), float(values.max()))
    return deviation if deviation > NO_SPREAD * largest else None


def skewness(values: ArrayLike) -> float:
    """Fisher's g1: third central moment by the cube of the spread (n); 0 without spread.

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no values.
    """
    scores = finite_scores("values", values)
    if len(scores) == 0:
        raise NoEntries("skewness")
    deviations = scores - scores.mean()
    largest = float(np.abs(deviations).max())
    if largest <= NO_SPREAD * float(np.abs(scores).max()):
        return 0.0
    scaled = deviations / largest  # cubes of small numbers would vanish
    squares = scaled * scaled
    scaled *= squares
    return float(scaled.mean()) / math.pow(float(squares.mean()), 1.5)


def _squares_about(center: float, values: NDArray[np.float64]) -> float:
    """Sum of squared distances.

    Block by block, for of a million values whatever is as long as they are costs more to make than
    to sum. Not by BLAS: its threads wait for each other, and the last bits hang on their number.
    """
    blocks = range(0, len(values), _BLOCK)
    return sum(float(np.square(values[first : first + _BLOCK] - center).sum()) for first in blocks)
