"""Are two models as good as equal, or is A at least not worse? Each by a margin said beforehand.

A large p-value of an ordinary test never says that two models are equal; these tests do. The
margin is the largest difference that does not matter, in the unit of the scores.

- Equivalence (TOST, two one-sided tests): shown when the 1 - 2 alpha interval lies within
  ± margin. Its p-value is the larger of the two one-sided ones.
- Non-inferiority of A: shown when that interval lies above -margin.

A margin rests on one limit, which has nothing on the other side to make up for its errors. So a
margin of means has Student's t, adjusted, where the entries are enough for it; else limits that
take nothing but the bounds of the scores for granted (`bounded`); and where there are no bounds it
cannot be said.

Source: Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680; for
paired proportions by exact limits: Fay and Lumbard, Statistics in Medicine 40 (2021) 1147-1159.
How many entries are enough: Cochran, Sampling Techniques (3rd ed., 1977), section 2.15: the normal
interval of a mean is good enough from 25 G² entries on, G being the skewness (Fisher's g1) of the
scores; Sugden, Smith and Jones, Journal of the Royal Statistical Society B 62 (2000) 787-793, who
add 28 for Student's t with an estimated spread.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.adjusted import Bounds, adjusted_moments
from runoff_statistics.bounded import METHOD as BY_BOUNDS
from runoff_statistics.bounded import LowestMean
from runoff_statistics.errors import InvalidNumber, NoEntries
from runoff_statistics.interval import Interval
from runoff_statistics.means import Moments, interval_of, moments, skewness, upper_tail
from runoff_statistics.melded import chance_at_most
from runoff_statistics.paired import PairedTable, paired_difference
from runoff_statistics.special import stdtrit
from runoff_statistics.validation import finite_scores, open_probability, positive_number

MOST_UNSEEN = 0.4
"""At most this much of the variance that was seen may come on top by the bounds. A loss that goes
to the bound and was not seen in n entries may be as frequent as 3 / n; with more than this on top,
t denies that with a chance of error above 5 %. (Of scores from 0 to 1 the squares of the
differences then add up to less than 2.5.)"""


@dataclass(frozen=True)
class WithinMargin:
    """What is shown about A minus B and the margin, at the level alpha."""

    estimate: float
    interval: Interval | None
    """Of confidence 1 - 2 alpha, the one that the claims below follow from."""
    margin: float
    alpha: float
    p_equivalent: float | None
    """Of the hypothesis that the difference is at or beyond ± margin."""
    p_not_inferior: float | None
    """Of the hypothesis that A is worse than B by the margin or more."""
    method: str
    n: int
    reason: str | None = None
    """Why the p-values are None."""

    @property
    def equivalent(self) -> bool:
        """Shown to differ by less than the margin; False is 'not shown', never 'they differ'."""
        return self.p_equivalent is not None and self.p_equivalent <= self.alpha

    @property
    def not_inferior(self) -> bool:
        """A is shown to be less than the margin worse than B, if at all."""
        return self.p_not_inferior is not None and self.p_not_inferior <= self.alpha


def means_within_margin(
    differences: ArrayLike,
    margin: float,
    clusters: ArrayLike | None = None,
    *,
    alpha: float = 0.05,
) -> WithinMargin:
    """Equivalence and non-inferiority of two paired means, by Student's t.

    Args:
        differences: Score of A minus score of B where higher is better, shape (n_pairs,).
        margin: Above 0, in the unit of the scores.
        clusters: As for `mean_interval`.
        alpha: Level, above 0 and below 0.5.

    Raises:
        InvalidNumber: The margin is not a finite number above 0.
        InvalidProbability: alpha is out of range.
        InvalidScores: NaN, infinite, of the wrong shape, or a pair without a cluster.
        NoEntries: There are no differences.
    """
    return within_margin_of(moments(differences, clusters), margin, alpha=alpha)


def mean_within_margin(
    differences: ArrayLike, margin: float, *, bounds: Bounds | None = None, alpha: float = 0.05
) -> WithinMargin:
    """Equivalence and non-inferiority of two paired means, by what these entries are enough for.

    Args:
        differences: Score of A minus score of B where higher is better, shape (n_pairs,).
        margin: Above 0, in the unit of the scores.
        bounds: Between which differences lie whatever happens; None where nobody knows.
        alpha: Level, above 0 and below 0.5.

    Returns:
        By the adjusted t where there are `entries_for_t` and what the bounds leave open is at
        most `MOST_UNSEEN` of what was seen; else by the bounds alone, or nothing and the reason.

    Raises:
        InvalidNumber: The margin is not a finite number above 0; the bounds are not two, in order.
        InvalidProbability: alpha is out of range.
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no differences.
    """
    margin, alpha = positive_number("margin", margin), _level(alpha)
    values = finite_scores("differences", differences)
    adjusted, plain = adjusted_moments(values, bounds=bounds), moments(values)
    needed = entries_for_t(values)
    seen = 0.0 if plain.standard_error is None else plain.standard_error**2
    unseen = (adjusted.standard_error or 0.0) ** 2 - seen
    enough = len(values) >= needed and (bounds is None or unseen <= MOST_UNSEEN * seen)
    if enough:
        return within_margin_of(adjusted, margin, alpha=alpha, skewness=skewness(values))
    if bounds is not None:
        return _by_bounds(values, adjusted, bounds, margin, alpha)
    reason = plain.reason or (
        f"{needed} entries are wanted where differences are as skewed as here and have no bounds, "
        f"and there are {len(values)}"
    )
    method = f"two one-sided tests, {adjusted.method}"
    return WithinMargin(adjusted.mean, None, margin, alpha, None, None, method, len(values), reason)


def _by_bounds(
    values: NDArray[np.float64], found: Moments, bounds: Bounds, margin: float, alpha: float
) -> WithinMargin:
    # What was seen beyond a bound has moved it.
    low, high = found.ends or (min(bounds[0], values[0]), max(bounds[1], values[0]))
    lowest, highest = LowestMean(values, low), LowestMean(-values, -high)
    above, below = lowest.p_value(-margin), highest.p_value(-margin)
    interval = Interval(lowest.limit(alpha), -highest.limit(alpha), 1 - 2 * alpha)
    method, n = f"two one-sided tests, {BY_BOUNDS}", len(values)
    return WithinMargin(found.mean, interval, margin, alpha, max(above, below), above, method, n)


def entries_for_t(differences: ArrayLike) -> int:
    """From how many entries on Student's t suits a margin of a mean of values as skewed as these.

    28 where there is no skewness or no spread.

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no values.
    """
    return math.ceil(28 + 25 * skewness(differences) ** 2)


def within_margin_of(
    found: Moments, margin: float, *, alpha: float = 0.05, skewness: float = 0.0
) -> WithinMargin:
    """The same from the moments of differences where higher is better, such as adjusted ones.

    Args:
        found: Of the differences.
        margin: Above 0, in the unit of the scores.
        alpha: Level, above 0 and below 0.5.
        skewness: Of the differences. A limit on one side alone has nothing on the other to make up
            for it, so the limit on the side of the tail is moved outwards; neither ever inwards.

    Raises:
        InvalidNumber: The margin is not a finite number above 0.
        InvalidProbability: alpha is out of range.

    Source: the first term of the Edgeworth expansion of t, by which Johnson, Journal of the
        American Statistical Association 73 (1978) 536-544, moves it; Hall, The Bootstrap and
        Edgeworth Expansion (1992), section 2.6.
    """
    margin, alpha = positive_number("margin", margin), _level(alpha)
    error, shift = found.standard_error, abs(skewness) / (6 * math.sqrt(found.n))
    method = f"two one-sided tests, {found.method}{', widened for skewness' if shift else ''}"
    if error is None:
        return WithinMargin(
            found.mean, None, margin, alpha, None, None, method, found.n, found.reason
        )
    low_shift, high_shift = (shift, 0.0) if skewness < 0 else (0.0, shift)
    above = upper_tail(_unshifted((found.middle + margin) / error, low_shift), found.df)
    below = upper_tail(_unshifted((margin - found.middle) / error, high_shift), found.df)
    interval = interval_of(found, confidence=1 - 2 * alpha).interval
    if interval is not None and shift:
        t = -float(stdtrit(found.df, alpha))
        moved = shift * (1 + 2 * t * t) * error
        ends = found.ends or (-math.inf, math.inf)
        interval = replace(
            interval,
            low=max(interval.low - (moved if low_shift else 0.0), ends[0]),
            high=min(interval.high + (moved if high_shift else 0.0), ends[1]),
        )
    return WithinMargin(
        found.mean, interval, margin, alpha, max(above, below), above, method, found.n
    )


def _unshifted(statistic: float, shift: float) -> float:
    """The t for which t + shift (1 + 2 t²) is the statistic; below 0 nothing is squared."""
    above = statistic - shift
    if above <= 0 or not shift or math.isinf(above):
        return above
    return 2 * above / (1 + math.sqrt(1 + 8 * shift * above))


def proportions_within_margin(
    table: PairedTable, margin: float, *, alpha: float = 0.05
) -> WithinMargin:
    """Equivalence and non-inferiority of two accuracies on the same entries, by exact limits.

    Args:
        table: At least one entry.
        margin: Above 0 and below 1, such as 0.02 for two points.
        alpha: Level, above 0 and below 0.5.

    Raises:
        InvalidNumber: The margin is not above 0 and below 1.
        InvalidProbability: alpha is out of range.
        NoEntries: The table is empty.
    """
    margin, alpha = positive_number("margin", margin), _level(alpha)
    if margin >= 1:
        raise InvalidNumber("margin", margin, allowed="below 1, the largest difference there is")
    if table.n == 0:
        raise NoEntries("a paired difference")
    cells = table.only_a, table.only_b, table.n
    above = chance_at_most(*cells, -margin)
    below = chance_at_most(table.only_b, table.only_a, table.n, -margin)
    shared = paired_difference(table, 1 - 2 * alpha)
    method = "two one-sided tests, melded exact"
    return WithinMargin(
        shared.estimate, shared.interval, margin, alpha, max(above, below), above, method, table.n
    )


def _level(alpha: float) -> float:
    # Above 0.5 the 1 - 2 alpha interval does not exist.
    return open_probability("2 * alpha", 2 * alpha) / 2
