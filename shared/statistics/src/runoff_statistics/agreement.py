"""How far judges agree beyond chance: two (Cohen), or any number with gaps (Krippendorff)."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.errors import InvalidScores, NoEntries, UnknownMethod
from runoff_statistics.results import Estimate

KappaWeights = Literal["none", "linear", "quadratic"]
AlphaMetric = Literal["nominal", "ordinal", "interval"]
MAX_CATEGORIES = 1_000
"""Different ratings: both measures hold a square table of them."""
_ONE_CATEGORY = "every rating is the same, so chance alone would agree too"


def cohens_kappa(a: ArrayLike, b: ArrayLike, *, weights: KappaWeights = "none") -> Estimate:
    """Agreement of two judges beyond chance: 1 is full, 0 what chance gives, below 0 worse.

    Args:
        a: Categories that judge A gave, shape (n_entries,): whole numbers, texts or booleans.
        b: Those of B on the same entries.
        weights: How much a disagreement counts: all alike, or by the distance of the
            categories in their order (numbers by size, texts by alphabet).

    Returns:
        No interval. The estimate is None where both judges gave one and the same category
        throughout.

    Raises:
        InvalidScores: Not one-dimensional, of different lengths, masked, NaN, or more than
            1,000 categories.
        NoEntries: There are no entries.
        UnknownMethod: No weights have this name.

    Source: Cohen, Educational and Psychological Measurement 20 (1960) 37-46; weighted: Cohen,
        Psychological Bulletin 70 (1968) 213-220.
    """
    if weights not in get_args(KappaWeights):
        raise UnknownMethod("kappa weights", weights, get_args(KappaWeights))
    first, second = _categories("a", a), _categories("b", b)
    if len(first) != len(second):
        raise InvalidScores("b", f"it has {len(second)} ratings and a has {len(first)}")
    n, name = len(first), f"Cohen's kappa, weights: {weights}"
    if n == 0:
        raise NoEntries("an agreement")
    values, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
    k = _few_enough(len(values))
    table = np.bincount(codes[:n] * k + codes[n:], minlength=k * k).reshape(k, k) / n
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))).astype(float)
    cost = {"none": (distance > 0).astype(float), "linear": distance, "quadratic": distance**2}
    expected = float((cost[weights] * np.outer(table.sum(axis=1), table.sum(axis=0))).sum())
    if expected == 0:
        return Estimate(None, None, name, n, _ONE_CATEGORY)
    return Estimate(1 - float((cost[weights] * table).sum()) / expected, None, name, n)


def krippendorffs_alpha(ratings: ArrayLike, *, metric: AlphaMetric = "nominal") -> Estimate:
    """Agreement of any number of judges beyond chance, ratings missing where they are.

    1 is full agreement and 0 what chance gives; 0.8 is the usual demand, 0.667 the least.

    Args:
        ratings: Shape (n_judges, n_entries), NaN where a judge gave none. Categories of a
            nominal scale are numbered by the caller.
        metric: How much two ratings differ: at all (nominal), by the ratings between them
            (ordinal), or by the square of their distance (interval).

    Returns:
        No interval; n is the entries with two ratings or more, the only ones that count. The
        estimate is None where all their ratings are the same.

    Raises:
        InvalidScores: Not numeric of that shape, masked, infinite, or more than 1,000
            different ratings.
        NoEntries: No entry has two ratings.
        UnknownMethod: No metric has this name.

    Source: Krippendorff, Content Analysis (3rd ed., 2013), chapter 12; the same steps are in
        his "Computing Krippendorff's alpha-reliability" (2011), sections C and D.
    """
    if metric not in get_args(AlphaMetric):
        raise UnknownMethod("metric", metric, get_args(AlphaMetric))
    given = _matrix(ratings)
    rated = ~np.isnan(given)
    given = given[:, rated.sum(axis=0) >= 2]
    rated = ~np.isnan(given)
    n, name = given.shape[1], f"Krippendorff's alpha, {metric}"
    if n == 0:
        raise NoEntries("an agreement of judges")
    values, codes = np.unique(given[rated], return_inverse=True)
    k = _few_enough(len(values))
    per_entry = np.bincount(np.nonzero(rated)[1] * k + codes, minlength=n * k).reshape(n, k)
    per_entry = per_entry.astype(float)
    weights = 1 / (per_entry.sum(axis=1) - 1)
    # Ratings of one entry paired with each other, each entry counting as many as it has.
    together = per_entry.T @ (per_entry * weights[:, None])
    together -= np.diag(per_entry.T @ weights)
    totals = together.sum(axis=1)
    squared = _distances(values, totals, metric)
    expected = float(totals @ squared @ totals) / (float(totals.sum()) - 1)
    if expected == 0:
        return Estimate(None, None, name, n, _ONE_CATEGORY)
    return Estimate(1 - float((together * squared).sum()) / expected, None, name, n)


def _distances(
    values: NDArray[np.float64], totals: NDArray[np.float64], metric: AlphaMetric
) -> NDArray[np.float64]:
    """Squared distance of each two ratings, shape (k, k)."""
    if metric == "nominal":
        return 1.0 - np.eye(len(values))
    # A rating's place is its value, or the middle of the ratings that share it.
    places = values if metric == "interval" else np.cumsum(totals) - totals / 2
    distances: NDArray[np.float64] = np.subtract.outer(places, places) ** 2
    return distances


def _matrix(ratings: ArrayLike) -> NDArray[np.float64]:
    if np.ma.is_masked(ratings):
        raise InvalidScores("ratings", "it has masked entries; give NaN where there is none")
    given = np.asarray(ratings)
    if given.dtype.kind not in "biuf":
        raise InvalidScores("ratings", f"it holds {given.dtype}, not numbers")
    if given.ndim != 2:
        raise InvalidScores("ratings", f"its shape is {given.shape}, not (n_judges, n_entries)")
    if np.isinf(given).any():
        raise InvalidScores("ratings", "it holds infinite ratings")
    return given.astype(np.float64)


def _categories(name: str, given: ArrayLike) -> NDArray[np.generic]:
    if np.ma.is_masked(given):
        raise InvalidScores(name, "it has masked entries")
    labels = np.asarray(given)
    if labels.ndim != 1:
        raise InvalidScores(name, f"its shape is {labels.shape}, not (n_entries,)")
    if labels.dtype.kind not in "biufU" and labels.size:
        raise InvalidScores(name, f"it holds {labels.dtype}, not numbers or texts")
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise InvalidScores(name, "an entry has no category (NaN or infinite)")
    return labels


def _few_enough(k: int) -> int:
    if k > MAX_CATEGORIES:
        raise InvalidScores("ratings", f"{k} different ones; at most {MAX_CATEGORIES}")
    return k
