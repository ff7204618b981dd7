"""Wilcoxon's signed-rank test: like the permutation test, on ranks instead of sizes.

For graded scores whose steps mean an order rather than an amount, and for differences with a few
huge values. Entries with no difference are dropped (Wilcoxon's own way, and R's); equal sizes
share their mean rank. Up to 50 differences the p-value is exact, ties included, since the whole
distribution is counted; above, it is the normal approximation with the variance corrected for
ties and no continuity correction.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.errors import NoEntries
from runoff_statistics.results import Significance
from runoff_statistics.solving import normal_cdf
from runoff_statistics.validation import finite_scores

EXACT = "Wilcoxon signed-rank, exact"
NORMAL = "Wilcoxon signed-rank, normal approximation"
MAX_EXACT = 50
"""Counts of patterns stay below 2 ** 53 and thereby exact; the normal law is near by then."""

MAX_LEVELS = 32
_LOOK = 1_024
"""Differences whose sizes tell whether there are few."""


@dataclass(frozen=True)
class RankSums:
    """Wilcoxon's sums over the differences that are not 0."""

    positive: float
    negative: float
    ranks: NDArray[np.float64]
    """Mean ranks of the sizes, from 1, in ascending order, shape (n_moved,)."""


def rank_sums(differences: NDArray[np.float64]) -> RankSums:
    """Ranks the sizes of the differences that are not 0, ties by their mean rank.

    Sizes are sorted as whole numbers, which the bits of floats above 0 order alike, with the sign
    in the lowest bit: that takes a tenth of finding out which entry has which rank.
    """
    moved = differences[differences != 0]
    keys = np.abs(moved).view(np.uint64) << np.uint64(1) | (moved > 0)
    keys.sort()
    sizes, rising = keys >> np.uint64(1), (keys & np.uint64(1)).astype(bool)
    starts = np.flatnonzero(np.concatenate([[True], sizes[1:] != sizes[:-1]])[: len(sizes)])
    counts = np.diff(starts, append=len(sizes))
    ranks = np.repeat(starts + (counts + 1) / 2, counts)
    return RankSums(float(ranks[rising].sum()), float(ranks[~rising].sum()), ranks)


def balance_of_ranks(differences: NDArray[np.float64]) -> float | None:
    """Positive minus negative rank sum, by all of it; None where no entry differs.

    Of few sizes, as graded scores have, they are counted, which takes no sorting of a million.
    """
    moved = differences[differences != 0]
    if not len(moved):
        return None
    sizes = np.unique(np.abs(moved[:_LOOK]))
    if len(sizes) <= MAX_LEVELS:
        positive = np.array([np.count_nonzero(moved == size) for size in sizes.tolist()])
        negative = np.array([np.count_nonzero(moved == -size) for size in sizes.tolist()])
        counts = positive + negative
        if counts.sum() == len(moved):
            ranks = np.cumsum(counts) - counts + (counts + 1) / 2
            return float(((positive - negative) * ranks).sum() / (counts * ranks).sum())
    sums = rank_sums(differences)
    return (sums.positive - sums.negative) / (sums.positive + sums.negative)


def signed_rank_test(differences: ArrayLike) -> Significance:
    """Two-sided Wilcoxon signed-rank test; the statistic is the sum of positive ranks.

    Where every difference is 0 the p-value is 1. Differences that should be equal must be so
    to the last bit: round scores such as 0.3 - 0.1 before, or their ties are lost.

    Args:
        differences: Score of A minus score of B, shape (n_pairs,); at least one.

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no differences.

    Source: Wilcoxon, Biometrics Bulletin 1 (1945) 80-83; ties, exact and approximate:
        Hollander, Wolfe and Chicken, Nonparametric Statistical Methods (3rd ed., 2014),
        section 3.1.
    """
    values = finite_scores("differences", differences)
    if len(values) == 0:
        raise NoEntries("a paired test")
    sums = rank_sums(values)
    if len(sums.ranks) <= MAX_EXACT:
        return Significance(_exact(sums), sums.positive, EXACT, len(values))
    mean = (sums.positive + sums.negative) / 2
    z = (sums.positive - mean) / math.sqrt(float(np.square(sums.ranks).sum()) / 4)
    return Significance(2 * normal_cdf(-abs(z)), sums.positive, NORMAL, len(values))


def _exact(sums: RankSums) -> float:
    doubled = np.rint(2 * sums.ranks).astype(int)  # mean ranks are whole or half numbers
    ways = np.ones(1)
    for rank in doubled:
        longer = np.zeros(len(ways) + rank)
        longer[: len(ways)] += ways
        longer[rank:] += ways
        ways = longer
    lighter = round(2 * min(sums.positive, sums.negative))
    tail = float(ways[: lighter + 1].sum()) / 2.0 ** len(doubled)
    return min(1.0, 2 * tail)
