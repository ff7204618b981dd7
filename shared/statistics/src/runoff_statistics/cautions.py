"""When the usual methods for a mean are asked for, and these entries are too few for them.

Source: Cochran, Sampling Techniques (3rd ed., 1977), section 2.15: the normal interval of a mean
is good enough from 25 G² entries on, G being the skewness (Fisher's g1) of the scores; Sugden,
Smith and Jones, Journal of the Royal Statistical Society B 62 (2000) 787-793, who add 28 for
Student's t with an estimated spread.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from runoff_statistics.choice import INTERVALS, TESTS, IntervalName, TestName
from runoff_statistics.means import skewness

_TESTS_OF_MEANS: frozenset[TestName] = frozenset({"t", "permutation"})
_BOOTSTRAPS: frozenset[IntervalName] = frozenset({"percentile", "bca", "studentized"})

FEWEST_RESAMPLED = 200
"""Below, bootstraps of a mean are short of 95 % on any scores, normal ones too: they take the
spread with n for n - 1 and normal quantiles for those of t (Hesterberg, The American Statistician
69 (2015) 371-386). Measured by `make bench ARGS=calibration`."""


def entries_for_t(differences: ArrayLike) -> int:
    """From how many entries on Student's t suits a mean of values as skewed as these.

    Skewness is itself seen too small in few entries: the rule warns of most samples that need
    it and not of all. 28 where there is no skewness or no spread.

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no values.
    """
    return math.ceil(28 + 25 * skewness(differences) ** 2)


def caution(
    differences: ArrayLike, test: TestName, interval: IntervalName, *, margin: bool = False
) -> str | None:
    """In words, why test, interval or margin may not keep what they promise; None where they do.

    Of entries that stand alone. Test and interval that are chosen by the kind of score need none.

    Args:
        differences: Score of A minus score of B, shape (n_pairs,); at least one.
        test: By its name.
        interval: By its name.
        margin: Equivalence or non-inferiority of the mean is judged too.

    Raises:
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no differences.
    """
    n, by_skewness = np.size(differences), entries_for_t(differences)
    resampled = FEWEST_RESAMPLED if interval in _BOOTSTRAPS else 0
    wanted = [
        (INTERVALS[interval], max(by_skewness, resampled), "hold the truth less often")
        if interval == "t" or interval in _BOOTSTRAPS
        else None,
        (TESTS[test], by_skewness, "find differences of means that are not there more often")
        if test in _TESTS_OF_MEANS
        else None,
        ("a margin of means", by_skewness, "be called kept more often") if margin else None,
    ]
    said = [
        f"{name} wants {needed} entries where differences are as skewed as here and has {n}: "
        f"it may {what} than it promises"
        for name, needed, what in filter(None, wanted)
        if n < needed
    ]
    return "; ".join(said) or None
