"""From the scores of two models to the differences that the paired methods take."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.errors import InvalidScores
from runoff_statistics.validation import finite_scores, one_dimensional


@dataclass(frozen=True)
class PairedScores:
    """The entries that both models have a score for, in the order given."""

    a: NDArray[np.float64]
    """Scores of A, shape (n_pairs,)."""
    b: NDArray[np.float64]
    """Scores of B on the same entries, shape (n_pairs,)."""
    n_missing: int
    """Entries left out since A, B or both have no score there: to be shown beside the result."""

    @property
    def differences(self) -> NDArray[np.float64]:
        """A minus B on each entry, shape (n_pairs,)."""
        return self.a - self.b


def paired_scores(a: ArrayLike, b: ArrayLike) -> PairedScores:
    """Drops the entries that either model has no score for, and counts them.

    Args:
        a: Scores of A, shape (n_entries,); NaN where there is none.
        b: The same for B, in the same order of entries.

    Raises:
        InvalidScores: Not numeric, masked, infinite, beyond 1e100, not one-dimensional, or of
            different lengths.
    """
    first, second = one_dimensional("a", a), one_dimensional("b", b)
    if len(first) != len(second):
        raise InvalidScores("b", f"it has {len(second)} scores and a has {len(first)}")
    n = len(first)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        for name, scores in (("a", first), ("b", second)):
            if np.isinf(scores).any():
                raise InvalidScores(name, "it holds infinite scores")
        missing = np.isnan(first) | np.isnan(second)
        first, second = first[~missing], second[~missing]
    first, second = finite_scores("a", first), finite_scores("b", second)
    return PairedScores(a=first, b=second, n_missing=n - len(first))


def same_length(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both as finite float64, shape (n,).

    Raises:
        InvalidScores: NaN, infinite, beyond 1e100, not one-dimensional, or of different lengths.
    """
    first, second = finite_scores("a", a), finite_scores("b", b)
    if len(first) != len(second):
        raise InvalidScores("b", f"it has {len(second)} scores and a has {len(first)}")
    return first, second
