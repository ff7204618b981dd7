"""When the usual methods for a mean are asked for, and these entries may be too few for them.

A sample cannot show what is rare and large and not in it. Of scores that want 900 entries, those
samples of 50 or 200 that look harmless are the ones without the rare scores, of which t holds 70
to 90 % and not 95; a stricter rule on the skewness that is seen makes that worse, since it leaves
fewer and more harmless ones (decision page 0041). So the rule is a number of entries, from which
on t holds on all scores of `make bench ARGS=calibration`, and skewness above it.

Source: Cochran, Sampling Techniques (3rd ed., 1977), section 2.15: the normal interval of a mean
is good enough from 25 G² entries on, G being the skewness (Fisher's g1) of the scores; Sugden,
Smith and Jones, Journal of the Royal Statistical Society B 62 (2000) 787-793, who add 28 for
Student's t with an estimated spread.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from runoff_statistics.adjusted import ADJUSTED_T, Bounds, adjusted_interval
from runoff_statistics.choice import INTERVALS, TESTS, IntervalName, TestName
from runoff_statistics.means import skewness

_TESTS_OF_MEANS: frozenset[TestName] = frozenset({"t", "permutation"})
_INTERVALS_OF_MEANS: frozenset[IntervalName] = frozenset({"t", "percentile", "bca", "studentized"})

FEWEST = 1_000
"""Fewer do not show whether scores are too skewed for t, the bootstraps and the sign flips. (Of 50
the bootstraps are short on any scores: Hesterberg, The American Statistician 69 (2015) 371-386.)"""


def entries_for_t(differences: ArrayLike) -> int:
    """From how many entries on Student's t suits a mean of values as skewed as these.

    28 where there is no skewness or no spread.

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no values.
    """
    return math.ceil(28 + 25 * skewness(differences) ** 2)


def caution(
    differences: ArrayLike,
    test: TestName,
    interval: IntervalName,
    *,
    margin: bool = False,
    bounds: Bounds | None = None,
    confidence: float = 0.95,
) -> str | None:
    """In words, why test, interval or margin may not keep what they promise; None where they do.

    Of entries that stand alone. Test and interval that are chosen by the kind of score need none.
    Where it warns of an interval, the one by the adjusted t stands beside.

    Args:
        differences: Score of A minus score of B, shape (n_pairs,); at least one.
        test: By its name.
        interval: By its name.
        margin: Equivalence or non-inferiority of the mean is judged by Student's t too.
        bounds: Of the differences, for the adjusted t.
        confidence: Of its interval.

    Raises:
        InvalidNumber: The bounds are not two finite numbers, the lower one first.
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no differences.
    """
    n, by_skewness = np.size(differences), entries_for_t(differences)
    needed = max(by_skewness, FEWEST)
    if n >= needed:
        return None
    of_interval = interval in _INTERVALS_OF_MEANS
    wanted = [
        (INTERVALS[interval], "hold the truth less often") if of_interval else None,
        (TESTS[test], "find differences of means that are not there more often")
        if test in _TESTS_OF_MEANS
        else None,
        ("a margin of means", "be called kept more often") if margin else None,
    ]
    why = "where differences are as skewed as here" if by_skewness > FEWEST else "to show rare ones"
    said = [
        f"{name} wants {needed:,} entries {why} and has {n}: it may {what} than it promises"
        for name, what in filter(None, wanted)
    ]
    if said and of_interval:
        beside = adjusted_interval(differences, bounds=bounds, confidence=confidence).interval
        if beside is not None:
            limits = f"{beside.low:.4g} to {beside.high:.4g}"
            said.append(f"by the {ADJUSTED_T}, it is {limits}")
    return "; ".join(said) or None
