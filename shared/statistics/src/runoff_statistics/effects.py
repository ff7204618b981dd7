"""Effect sizes: how large a difference is, in units that do not hang on n.

A p-value says whether a difference is more than chance, these say whether anyone need care.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from runoff_statistics.errors import NoEntries
from runoff_statistics.interval import Interval
from runoff_statistics.means import spread
from runoff_statistics.paired import PairedTable
from runoff_statistics.ranks import balance_of_ranks
from runoff_statistics.results import Estimate
from runoff_statistics.special import betaincinv
from runoff_statistics.validation import closed_probability, finite_scores, open_probability

ODDS_RATIO = "odds ratio of discordant pairs, Clopper-Pearson"


def cohens_h(share_a: float, share_b: float) -> float:
    """Difference of two proportions on the scale where each has the same variance.

    From -π to π, positive when A's is larger; 0.2 is called small, 0.5 medium, 0.8 large.

    Raises:
        InvalidProbability: A share is NaN or not from 0 to 1.

    Source: Cohen, Statistical Power Analysis (2nd ed., 1988), equation 6.2.1.
    """
    share_a = closed_probability("share_a", share_a)
    share_b = closed_probability("share_b", share_b)
    return 2 * math.asin(math.sqrt(share_a)) - 2 * math.asin(math.sqrt(share_b))


def discordant_odds_ratio(table: PairedTable, *, confidence: float = 0.95) -> Estimate:
    """Entries that only A got right for each that only B got right, with its exact interval.

    2 means: where the two disagree, A is right twice as often. The estimate is None when B
    is alone right nowhere (the ratio is then infinite, or 0 to 0); the interval is None when
    one of its ends is infinite.

    Raises:
        InvalidProbability: The confidence is out of range.
        NoEntries: The table is empty.

    Source: Breslow and Day, Statistical Methods in Cancer Research I (1980), chapter 5: the
        conditional estimate b/c, its limits those of the binomial share b/(b+c), which are
        Clopper and Pearson's, Biometrika 26 (1934) 404-413.
    """
    confidence = open_probability("confidence", confidence)
    if table.n == 0:
        raise NoEntries("an odds ratio")
    a, b = table.only_a, table.only_b
    if b == 0:
        reason = "only B is right on no entry" if a else "no entry is discordant"
        return Estimate(None, None, ODDS_RATIO, table.n, reason)
    tail = (1 - confidence) / 2
    low = float(betaincinv(a, b + 1, tail)) if a else 0.0
    high = float(betaincinv(a + 1, b, 1 - tail))
    interval = Interval(low / (1 - low), high / (1 - high), confidence)
    return Estimate(a / b, interval, ODDS_RATIO, table.n)


def cohens_dz(differences: ArrayLike) -> float | None:
    """Mean difference in standard deviations of the differences; None without spread.

    0.2 is called small, 0.5 medium, 0.8 large. It is t / √n of the paired t test.

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no differences.

    Source: Cohen (1988), section 2.3.5.
    """
    values = finite_scores("differences", differences)
    if len(values) == 0:
        raise NoEntries("an effect size")
    deviation = spread(values)
    return None if deviation is None else float(values.mean()) / deviation


def cliffs_delta(a: ArrayLike, b: ArrayLike) -> float:
    """Chance that a score of A is above one of B, minus the chance that it is below.

    From -1 to 1; of two groups that are not paired. O((n + m) log m).

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: One of the groups is empty.

    Source: Cliff, Psychological Bulletin 114 (1993) 494-509.
    """
    first, second = finite_scores("a", a), np.sort(finite_scores("b", b))
    if len(first) == 0 or len(second) == 0:
        raise NoEntries("an effect size")
    below = int(np.searchsorted(second, first, side="left").sum())
    not_above = int(np.searchsorted(second, first, side="right").sum())
    n = len(first) * len(second)
    return (below - (n - not_above)) / n


def rank_biserial(differences: ArrayLike) -> float | None:
    """Matched rank-biserial correlation: share of rank sum in favour of A minus that against.

    From -1 to 1; goes with Wilcoxon's test. None where no entry differs.

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no differences.

    Source: Kerby, Comprehensive Psychology 3 (2014) 11.IT.3.1, the simple difference formula.
    """
    values = finite_scores("differences", differences)
    if len(values) == 0:
        raise NoEntries("an effect size")
    return balance_of_ranks(values)
