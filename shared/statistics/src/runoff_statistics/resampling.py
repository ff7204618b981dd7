"""Paired resampling of whole entries, for metrics that are no mean of entries' scores: mAP.

Average precision ranks the boxes of all images together, so an image has no score of its own
whose differences could be averaged. What can be done is to make the data set anew (`bootstrap`)
or to swap the two models' answers on some images (`swap_test`), and to compute the metric
again, the same images for both models each time.

The metric is the caller's function over many resamples at once; both models are evaluated in
it, so that what they share (matching, sorting) is prepared once outside. Who has more than two
models or metrics takes `resamples` or `swaps`, values of all of them under each, and asks
`Resampled` and `swapped_significance`: a resample is then evaluated once and not once a pair.

Quantiles of resamples of n entries lie too far in, as the normal's do: their spread has n where an
estimate of it has n - 1, and they know nothing of t. So quantiles further out are taken, those at
which a mean's interval is Student's ("expanded"): for 95 % of 50 entries 2.1 and 97.9 %, of 12
entries 1.1 and 98.9 %.

Source: Hesterberg, The American Statistician 69 (2015) 371-386, the expanded percentile interval.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from runoff_statistics.equivalence import WithinMargin
from runoff_statistics.errors import InvalidNumber, InvalidScores, NoEntries
from runoff_statistics.interval import Interval
from runoff_statistics.results import Estimate, Significance
from runoff_statistics.solving import normal_cdf, normal_quantile
from runoff_statistics.special import stdtr, stdtrit
from runoff_statistics.validation import open_probability, positive_number, whole_count

BOOTSTRAP = "paired percentile bootstrap over entries, expanded"
SWAPS = "paired permutation over entries, Monte Carlo"
_CHUNK = 4_000_000
"""Weights or swaps handed over at once: 32 MB of weights."""
_ROUNDING = 1e-12
_Rows = TypeVar("_Rows", np.int64, np.bool_)


def resampled_difference(
    difference: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    n: int,
    *,
    confidence: float = 0.95,
    n_resamples: int = 1_000,
    seed: int = 0,
) -> Estimate:
    """Metric of A minus metric of B with its paired bootstrap interval.

    Args:
        difference: From weights of shape (n_chunk, n), how often each entry is in a resample
            (whole, each row sums to n), to metric of A minus metric of B, shape (n_chunk,).
            A resample in which a metric does not exist gives NaN.
        n: Entries, at least 1.
        confidence: Nominal coverage, above 0 and below 1.
        n_resamples: At least 100. Weights are handed over in chunks of at most 32 MB.
        seed: Of numpy's default generator; the same seed gives the same bytes.

    Returns:
        The estimate is the function at weights of 1. The interval is None with so few entries that
        its limits lie beyond all resamples (four of 1,000), where all resamples are equal, and
        where more than 5 % of them gave NaN; other NaN are left out.

    Raises:
        InvalidCount: n, n_resamples or seed is negative or not whole.
        InvalidNumber: n_resamples is below 100.
        InvalidProbability: The confidence is out of range.
        InvalidScores: The function gave another shape, or infinity.
        NoEntries: n is 0.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3; entries
        as units, paired: Berg-Kirkpatrick, Burkett and Klein, EMNLP 2012, 995-1005.
    """
    n, n_resamples, seed = _sizes(n, n_resamples, seed)
    confidence = open_probability("confidence", confidence)
    estimate = float(_called(difference, np.ones((1, n), dtype=np.int64))[0])
    if np.isnan(estimate) or n == 1:
        return Resampled(estimate, np.zeros(0), n).interval(confidence)
    drawn = resamples(n, n_resamples=n_resamples, seed=seed)
    found = np.concatenate([_called(difference, rows) for rows in drawn])
    return Resampled(estimate, found, n).interval(confidence)


def resamples(n: int, *, n_resamples: int = 1_000, seed: int = 0) -> Iterator[NDArray[np.int64]]:
    """Weights of `resampled_difference`, chunk by chunk, shape (n_chunk, n).

    Raises:
        InvalidCount, InvalidNumber, NoEntries: As `resampled_difference`.
    """
    n, n_resamples, seed = _sizes(n, n_resamples, seed)
    rng = np.random.default_rng(seed)
    chances = np.full(n, 1 / n)
    for n_rows in _chunks(n_resamples, n):
        yield rng.multinomial(n, chances, size=n_rows)


@dataclass(frozen=True)
class Resampled:
    """A metric, or a difference of two, on the entries and on resamples of them."""

    estimate: float
    """On the entries themselves; NaN where it does not exist."""
    values: NDArray[np.float64]
    """On each resample, NaN where it does not exist, shape (n_resamples,)."""
    n: int
    """Entries; clusters where these are drawn."""

    def interval(self, confidence: float = 0.95) -> Estimate:
        """As `resampled_difference` returns it."""
        confidence = open_probability("confidence", confidence)
        estimate = None if np.isnan(self.estimate) else self.estimate
        kept, reason = self._kept()
        if reason is not None:
            return Estimate(estimate, None, BOOTSTRAP, self.n, reason)
        tail = _expanded((1 - confidence) / 2, self.n)
        if tail * (len(kept) + 1) < 1:
            reason = f"of {self.n} entries the limits lie beyond all {len(kept):,} resamples"
            return Estimate(estimate, None, BOOTSTRAP, self.n, reason)
        low, high = np.quantile(kept, [tail, 1 - tail])
        if low == high:
            return Estimate(estimate, None, BOOTSTRAP, self.n, "all resamples are equal")
        interval = Interval(float(low), float(high), confidence)
        return Estimate(estimate, interval, BOOTSTRAP, self.n)

    def within_margin(self, margin: float, *, alpha: float = 0.05) -> WithinMargin:
        """Equivalence and non-inferiority of a difference by its resamples.

        A p-value is the level at which the limit lies at the margin. From (b + 1) / (m + 1), the
        share of resamples at or beyond the margin: what is shown at alpha is what the interval of
        1 - 2 alpha shows.

        Args:
            margin: Above 0, in the unit of the metric; higher is better.
            alpha: Level, above 0 and below 0.5.

        Raises:
            InvalidNumber: The margin is not a finite number above 0.
            InvalidProbability: alpha is out of range.

        Source: interval inclusion: Schuirmann 1987, as in `equivalence`; p-values by inverting
            percentile intervals: Efron and Tibshirani (1993), section 15.4.
        """
        margin = positive_number("margin", margin)
        alpha = open_probability("2 * alpha", 2 * alpha) / 2
        found = self.interval(1 - 2 * alpha)
        method = f"two one-sided tests, {BOOTSTRAP}"
        if found.interval is None:
            return WithinMargin(
                self.estimate, None, margin, alpha, None, None, method, self.n, found.reason
            )
        kept, _ = self._kept()
        above, below = (
            _level((int(beyond.sum()) + 1) / (len(kept) + 1), self.n)
            for beyond in (kept <= -margin, kept >= margin)
        )
        return WithinMargin(
            self.estimate, found.interval, margin, alpha, max(above, below), above, method, self.n
        )

    def _kept(self) -> tuple[NDArray[np.float64], str | None]:
        kept = self.values[~np.isnan(self.values)]
        if np.isnan(self.estimate):
            return kept, "the metric does not exist on these entries"
        if self.n == 1:
            return kept, "one entry alone shows no spread"
        if len(kept) < 0.95 * len(self.values) or not len(kept):
            return kept, "the metric exists in too few resamples"
        return kept, None


def _expanded(tail: float, n: int) -> float:
    """The share of resamples to be left out on a side, for an error of `tail` there."""
    return normal_cdf(math.sqrt(n / (n - 1)) * float(stdtrit(n - 1, tail)))


def _level(share: float, n: int) -> float:
    """The error for which that share is left out."""
    if share >= 1:
        return 1.0
    return float(stdtr(n - 1, normal_quantile(share) * math.sqrt((n - 1) / n)))


def swap_test(
    difference: Callable[[NDArray[np.bool_]], NDArray[np.float64]],
    n: int,
    *,
    n_resamples: int = 999,
    seed: int = 0,
) -> Significance:
    """Two-sided paired permutation test of a metric; the statistic is the metric's difference.

    If the models do not differ, their answers to an entry may be swapped. The p-value is
    (b + 1) / (m + 1), which keeps the level exactly at any n.

    Args:
        difference: From swaps of shape (n_chunk, n), true where the two models' answers are
            exchanged, to metric of the first minus metric of the second, shape (n_chunk,).
        n: Entries, at least 1.
        n_resamples: At least 100; the smallest p-value is 1 / (n_resamples + 1).
        seed: Of numpy's default generator; the same seed gives the same bytes.

    Returns:
        p is None where the metric does not exist (NaN) without swaps; with swaps NaN counts
        as far from 0 as what was seen, which is the careful way.

    Raises:
        InvalidCount: n, n_resamples or seed is negative or not whole.
        InvalidNumber: n_resamples is below 100.
        InvalidScores: The function gave another shape, or infinity.
        NoEntries: n is 0.

    Source: Noreen, Computer-Intensive Methods for Testing Hypotheses (1989);
        Phipson and Smyth (2010) for the p-value, as in `signflip`.
    """
    n, n_resamples, seed = _sizes(n, n_resamples, seed)
    seen = float(_called(difference, np.zeros((1, n), dtype=np.bool_))[0])
    if np.isnan(seen):
        return swapped_significance(seen, np.zeros(0), n)
    drawn = swaps(n, n_resamples=n_resamples, seed=seed)
    found = np.concatenate([_called(difference, rows) for rows in drawn])
    return swapped_significance(seen, found, n)


def swaps(n: int, *, n_resamples: int = 999, seed: int = 0) -> Iterator[NDArray[np.bool_]]:
    """Swaps of `swap_test`, chunk by chunk, shape (n_chunk, n).

    Raises:
        InvalidCount, InvalidNumber, NoEntries: As `swap_test`.
    """
    n, n_resamples, seed = _sizes(n, n_resamples, seed)
    rng = np.random.default_rng(seed)
    for n_rows in _chunks(n_resamples, n):
        yield rng.integers(0, 2, size=(n_rows, n), dtype=np.uint8).astype(np.bool_)


def swapped_significance(seen: float, values: NDArray[np.float64], n: int) -> Significance:
    """As `swap_test`, of differences that were computed under `swaps`, shape (n_resamples,)."""
    if np.isnan(seen):
        return Significance(None, None, SWAPS, n, "the metric does not exist on these entries")
    least = abs(seen) * (1 - _ROUNDING)
    n_as_far = int(np.count_nonzero(~(np.abs(values) < least)))
    return Significance((n_as_far + 1) / (len(values) + 1), seen, SWAPS, n)


def _sizes(n: int, n_resamples: int, seed: int) -> tuple[int, int, int]:
    n, seed = whole_count("n", n), whole_count("seed", seed)
    n_resamples = whole_count("n_resamples", n_resamples)
    if n_resamples < 100:
        raise InvalidNumber("n_resamples", n_resamples, allowed="at least 100")
    if n == 0:
        raise NoEntries("a difference of metrics")
    return n, n_resamples, seed


def _chunks(n_resamples: int, n: int) -> list[int]:
    rows = max(1, _CHUNK // n)
    return [min(rows, n_resamples - first) for first in range(0, n_resamples, rows)]


def _called(
    difference: Callable[[NDArray[_Rows]], NDArray[np.float64]], rows: NDArray[_Rows]
) -> NDArray[np.float64]:
    found = np.asarray(difference(rows), dtype=np.float64)
    if found.shape != (len(rows),):
        raise InvalidScores("the metric's differences", f"shape {found.shape}, not ({len(rows)},)")
    if np.isinf(found).any():
        raise InvalidScores("the metric's differences", "one is infinite")
    return found
