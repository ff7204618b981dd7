"""Bootstrap intervals of a mean, such as the mean of paired differences.

Three methods from the same resamples:

- `percentile`: quantiles of the resampled means. Simple, and too short for skewed scores.
- `bca`: bias-corrected and accelerated; its quantiles are moved for skewness.
- `studentized` (bootstrap-t): quantiles of (mean* - mean) / standard error*, for skewed scores of
  one model. On paired differences none of the three beats Student's interval in
  `make bench ARGS=calibration`, and the adjusted t beats them all: they are there to be asked for.

Resampling costs n times resamples only where it has to:

- few levels (pass/fail, graded): the counts of the levels are drawn from their multinomial
  distribution, which is the same thing exactly;
- up to 10,000 scores: entries are drawn, in chunks of bounded memory;
- above: the counts of the 256 scores furthest from the mean are drawn exactly, and the sum of
  the many others from the normal distribution that it has but for less than the resampling's
  own noise. Studentized, with that many scores, is then made from the same draws.

Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), sections 13.3
(percentile), 14.3 (BCa, equations 14.9 to 14.15) and 12.5 (bootstrap-t).
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.errors import InvalidNumber, NoEntries, UnknownMethod
from runoff_statistics.interval import Interval
from runoff_statistics.means import NO_VARIANCE, spread
from runoff_statistics.results import Estimate
from runoff_statistics.solving import normal_cdf, normal_quantile
from runoff_statistics.validation import NO_SPREAD, finite_scores, open_probability, whole_count

BootstrapMethod = Literal["percentile", "bca", "studentized"]
MAX_LEVELS = 64
MAX_DRAWN_ENTRIES = 10_000
N_EXTREMES = 256
_CHUNK = 1_000_000
"""Entries drawn at once: some 24 MB."""


@dataclass(frozen=True)
class Resampled:
    """Moments of each resample, about the mean of the scores."""

    means: NDArray[np.float64]
    """Shape (n_resamples,)."""
    squares: NDArray[np.float64]
    """Mean squared deviation from the mean of the scores, shape (n_resamples,)."""


def bootstrap_interval(
    values: ArrayLike,
    *,
    method: BootstrapMethod = "bca",
    confidence: float = 0.95,
    n_resamples: int = 2_000,
    seed: int = 0,
) -> Estimate:
    """Mean of the values with a bootstrap interval.

    For a paired mean difference give the differences: pairs are resampled together then.
    With one value, and where all are equal, the interval is None: resampling shows no spread.
    Studentized is None too where more than a quarter of the error allowed on one side would
    rest on resamples without spread (two or three entries, or one value that stands out).

    Args:
        values: Scores or differences, shape (n,); at least one.
        method: See the module.
        confidence: Nominal coverage, above 0 and below 1.
        n_resamples: At least 100; 2,000 leave a limit uncertain by some 6 % of a standard error.
        seed: Of numpy's default generator; the same seed gives the same bytes.

    Raises:
        InvalidCount: n_resamples or seed is negative or not whole.
        InvalidNumber: n_resamples is below 100.
        InvalidProbability: The confidence is out of range.
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no values.
        UnknownMethod: No bootstrap method has this name.
    """
    scores = finite_scores("values", values)
    confidence = open_probability("confidence", confidence)
    n_resamples, seed = whole_count("n_resamples", n_resamples), whole_count("seed", seed)
    if n_resamples < 100:
        raise InvalidNumber("n_resamples", n_resamples, allowed="at least 100")
    if method not in get_args(BootstrapMethod):
        raise UnknownMethod("bootstrap method", method, get_args(BootstrapMethod))
    n, name = len(scores), f"{method} bootstrap"
    if n == 0:
        raise NoEntries("a mean")
    mean = float(scores.mean())
    if spread(scores) is None:
        reason = "one entry alone shows no spread" if n == 1 else NO_VARIANCE
        return Estimate(mean, None, name, n, reason)
    deviations = scores - mean
    drawn = _resample(deviations, n_resamples, np.random.default_rng(seed))
    tail = (1 - confidence) / 2
    if method == "percentile":
        limits = np.quantile(drawn.means, [tail, 1 - tail])
    elif method == "bca":
        limits = np.quantile(drawn.means, _bca_shares(deviations, drawn.means, tail))
    else:
        studentized = _studentized(deviations, drawn, tail)
        if studentized is None:
            return Estimate(mean, None, name, n, "too many resamples have no spread")
        limits = studentized
    return Estimate(
        mean, Interval(mean + float(limits[0]), mean + float(limits[1]), confidence), name, n
    )


def _resample(
    deviations: NDArray[np.float64], n_resamples: int, rng: np.random.Generator
) -> Resampled:
    n = len(deviations)
    levels, counts = np.unique(deviations, return_counts=True)
    if len(levels) <= min(MAX_LEVELS, n // 4):
        shares = rng.multinomial(n, counts / n, size=n_resamples) / n
        return Resampled(shares @ levels, shares @ levels**2)
    if n > MAX_DRAWN_ENTRIES:
        return _resample_many(deviations, n_resamples, rng)
    means, squares = np.empty(n_resamples), np.empty(n_resamples)
    rows = max(1, _CHUNK // n)
    for first in range(0, n_resamples, rows):
        chunk = slice(first, min(first + rows, n_resamples))
        picked = deviations[rng.integers(0, n, size=(chunk.stop - first, n))]
        means[chunk] = picked.mean(axis=1)
        squares[chunk] = np.einsum("ij,ij->i", picked, picked) / n
    return Resampled(means, squares)


def _resample_many(
    deviations: NDArray[np.float64], n_resamples: int, rng: np.random.Generator
) -> Resampled:
    """The extremes by their counts, the others by the normal law of their sum."""
    n = len(deviations)
    order = np.argpartition(np.abs(deviations), n - N_EXTREMES)
    # Sorted, so that what is drawn for which score hangs on no detail of the partition.
    extremes = np.sort(deviations[order[n - N_EXTREMES :]])
    others = deviations[order[: n - N_EXTREMES]]
    chances = np.full(N_EXTREMES + 1, 1 / n)
    chances[-1] = 1 - N_EXTREMES / n
    counts = rng.multinomial(n, chances, size=n_resamples)
    n_others = counts[:, -1]
    noise = rng.standard_normal(n_resamples) * np.sqrt(n_others)
    sums = counts[:, :-1] @ extremes + n_others * others.mean() + noise * others.std()
    # Squares of others hardly vary beside those of the extremes: their mean stands for them.
    squares = counts[:, :-1] @ extremes**2 + n_others * float(np.square(others).sum()) / len(others)
    return Resampled(sums / n, squares / n)


def _bca_shares(
    deviations: NDArray[np.float64], means: NDArray[np.float64], tail: float
) -> list[float]:
    """Which quantiles of the resampled means are the limits."""
    # Resamples of few entries often have the mean itself, but for rounding: half counts as below.
    rounding = NO_SPREAD * float(np.abs(deviations).max())
    n_below = np.count_nonzero(means < -rounding) + np.count_nonzero(means <= rounding)
    below = n_below / 2 / len(means)
    bias = normal_quantile(min(max(below, 0.5 / len(means)), 1 - 0.5 / len(means)))
    cubes, squares = float((deviations**3).sum()), float((deviations**2).sum())
    acceleration = cubes / (6 * squares**1.5)  # the jackknife's, which for a mean is this sum
    shares = []
    for z in (normal_quantile(tail), -normal_quantile(tail)):
        moved = bias + z
        under = 1 - acceleration * moved
        # Past the pole the formula would come back from the other side; the limit is the end.
        shares.append(normal_cdf(bias + moved / under) if under > 0 else float(z > 0))
    return shares


def _studentized(
    deviations: NDArray[np.float64], drawn: Resampled, tail: float
) -> NDArray[np.float64] | None:
    n = len(deviations)
    error = math.sqrt(float(np.square(deviations).sum()) / n)
    errors = np.sqrt(np.maximum(drawn.squares - drawn.means**2, 0.0))
    flat = errors <= 1e-9 * error
    if flat.mean() > tail / 4:
        return None
    ratios = drawn.means[~flat] / errors[~flat]
    return -error * np.quantile(ratios, [1 - tail, tail])
