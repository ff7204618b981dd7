"""Retry honesty: do entries that had to be asked more than once score otherwise?

A retry that only repairs a broken connection leaves scores alone. Where retried entries score
otherwise, the retries are part of the result (an answer was asked for until it parsed, or hard
entries time out), and the report has to say so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.effects import cliffs_delta
from runoff_statistics.errors import InvalidScores
from runoff_statistics.results import Significance
from runoff_statistics.validation import finite_scores

FISHER = "Fisher's exact test"
MANN_WHITNEY = "Mann-Whitney U test"


@dataclass(frozen=True)
class RetryEffect:
    """Scores of retried entries against those of the others."""

    n_retried: int
    n_others: int
    mean_retried: float | None
    """None where no entry was retried."""
    mean_others: float | None
    delta: float | None
    """Cliff's delta, from -1 to 1: positive when retried entries score higher."""
    test: Significance


def retry_effect(scores: ArrayLike, retried: NDArray[np.bool_]) -> RetryEffect:
    """Compares retried entries with the others; entries, not models, are the two groups.

    Scores that are all 0 or 1 are compared by Fisher's exact test, others by Mann-Whitney's U
    (exact for groups up to 8 without ties, else normal with ties corrected). Where a group is
    empty, or all scores are equal, p is None and the reason says so.

    Args:
        scores: Of one model, shape (n_entries,), entries without a score left out.
        retried: Whether the answer took more than one attempt, same shape, boolean.

    Raises:
        InvalidScores: NaN, infinite, of the wrong shape, or retried is not boolean.

    Source: Fisher, Statistical Methods for Research Workers (5th ed., 1934), section 21.02;
        Mann and Whitney, Annals of Mathematical Statistics 18 (1947) 50-60.
    """
    values = finite_scores("scores", scores)
    again = np.asarray(retried)
    if again.dtype != np.bool_ or again.shape != values.shape:
        raise InvalidScores(
            "retried",
            f"it is {again.dtype} of shape {again.shape}, not bool of shape {values.shape}",
        )
    group, others = values[again], values[~again]
    both = len(group) > 0 and len(others) > 0
    return RetryEffect(
        n_retried=len(group),
        n_others=len(others),
        mean_retried=float(group.mean()) if len(group) else None,
        mean_others=float(others.mean()) if len(others) else None,
        delta=cliffs_delta(group, others) if both else None,
        test=_test(group, others),
    )


def _test(group: NDArray[np.float64], others: NDArray[np.float64]) -> Significance:
    # Deferred: scipy.stats takes longer to import than all else here, and nothing else needs it.
    from scipy.stats import fisher_exact, mannwhitneyu

    everything = np.concatenate([group, others])
    pass_fail = bool(np.isin(everything, (0.0, 1.0)).all())
    n, name = len(everything), FISHER if pass_fail else MANN_WHITNEY
    if len(group) == 0 or len(others) == 0:
        which = "no entry was retried" if len(group) == 0 else "every entry was retried"
        return Significance(None, None, name, n, which if n else "there are no entries")
    if np.ptp(everything) == 0:
        return Significance(None, None, name, n, "all scores are equal")
    if pass_fail:
        passed = [int(each.sum()) for each in (group, others)]
        failed = [len(group) - passed[0], len(others) - passed[1]]
        p_value = float(fisher_exact(np.array([passed, failed])).pvalue)
        return Significance(p_value, None, name, n)
    found = mannwhitneyu(group, others, alternative="two-sided", method="auto")
    return Significance(float(found.pvalue), float(found.statistic), name, n)
