"""Paired resampling of whole entries, for metrics that are no mean of entries' scores: mAP.

Average precision ranks the boxes of all images together, so an image has no score of its own
whose differences could be averaged. What can be done is to make the data set anew (`bootstrap`)
or to swap the two models' answers on some images (`swap_test`), and to compute the metric
again, the same images for both models each time.

The metric is the caller's function over many resamples at once; both models are evaluated in
it, so that what they share (matching, sorting) is prepared once outside.
"""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from runoff_statistics.errors import InvalidNumber, InvalidScores, NoEntries
from runoff_statistics.interval import Interval
from runoff_statistics.results import Estimate, Significance
from runoff_statistics.validation import open_probability, whole_count

BOOTSTRAP = "paired percentile bootstrap over entries"
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
        The estimate is the function at weights of 1. The interval is None with one entry,
        where all resamples are equal, and where more than 5 % of them gave NaN; other NaN are
        left out.

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
    if np.isnan(estimate):
        return Estimate(None, None, BOOTSTRAP, n, "the metric does not exist on these entries")
    if n == 1:
        return Estimate(estimate, None, BOOTSTRAP, n, "one entry alone shows no spread")
    rng = np.random.default_rng(seed)
    chances = np.full(n, 1 / n)
    found = np.concatenate(
        [
            _called(difference, rng.multinomial(n, chances, size=n_rows))
            for n_rows in _chunks(n_resamples, n)
        ]
    )
    kept = found[~np.isnan(found)]
    if len(kept) < 0.95 * len(found):
        return Estimate(estimate, None, BOOTSTRAP, n, "the metric exists in too few resamples")
    low, high = np.quantile(kept, [(1 - confidence) / 2, (1 + confidence) / 2])
    if low == high:
        return Estimate(estimate, None, BOOTSTRAP, n, "all resamples are equal")
    return Estimate(estimate, Interval(float(low), float(high), confidence), BOOTSTRAP, n)


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
        reason = "the metric does not exist on these entries"
        return Significance(None, None, SWAPS, n, reason)
    rng = np.random.default_rng(seed)
    least = abs(seen) * (1 - _ROUNDING)
    n_as_far = 0
    for n_rows in _chunks(n_resamples, n):
        swaps = rng.integers(0, 2, size=(n_rows, n), dtype=np.uint8).astype(np.bool_)
        n_as_far += int(np.count_nonzero(~(np.abs(_called(difference, swaps)) < least)))
    return Significance((n_as_far + 1) / (n_resamples + 1), seen, SWAPS, n)


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
