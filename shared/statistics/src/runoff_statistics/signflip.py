"""The paired permutation test: were A and B exchanged on any entry, would it look the same?

If the two models do not differ, swapping their scores on an entry changes the sign of its
difference and nothing else, so every pattern of signs is as likely. The p-value is the share of
patterns whose sum is at least as far from 0 as the one seen. It needs no normality; it is exact
for symmetric differences, and for means of many entries where they are not symmetric.

- Up to 20 differences that are not 0: all patterns, an exact p-value.
- All differences of one size (pass/fail): the count of positive ones is binomial, exact.
- Few sizes (graded scores): random patterns, drawn as one binomial count a size.
- Otherwise random patterns, p = (b + 1) / (m + 1), which keeps the level (Phipson and Smyth,
  Statistical Applications in Genetics and Molecular Biology 9 (2010) article 39).
- Above 1,024 differences they are put at random into 1,024 blocks that swap as one. That is a
  random choice of a subgroup of all patterns, and a test on a subgroup keeps its level exactly
  (Hemerik and Goeman, TEST 27 (2018) 811-825); with a thousand blocks next to no power is
  lost, and the cost is that of reading the differences once.
- Several tests (`SignFlips`) share their random patterns, which makes one matrix product of all
  of them. Each alone is as it would be by itself, and adjustments such as Holm's hold whatever
  the dependence between tests.

Source: Fisher, The Design of Experiments (1935), section 21; Edgington and Onghena,
Randomization Tests (4th ed., 2007).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.errors import InvalidNumber, NoEntries
from runoff_statistics.results import Significance
from runoff_statistics.special import bdtr
from runoff_statistics.validation import finite_scores, whole_count

EXACT = "paired permutation, exact"
MONTE_CARLO = "paired permutation, Monte Carlo"
MAX_ENUMERATED = 20
MAX_LEVELS = 32
N_BLOCKS = 1_024
_ROWS = 1_024
"""Patterns at once: 8 MB of signs."""
_AT_ONCE = 256
"""Tests that are flipped together: 2 MB of blocks."""
_ROUNDING = 1e-12
"""Of the sum of sizes: sums that are equal but for rounding count as equal."""


def sign_flip_test(
    differences: ArrayLike, *, n_resamples: int = 9_999, seed: int = 0
) -> Significance:
    """Two-sided paired permutation test that A and B score alike; the statistic is the mean.

    Where every difference is 0, every pattern gives the same sum and the p-value is 1.

    Args:
        differences: Score of A minus score of B, shape (n_pairs,); at least one.
        n_resamples: Random patterns where not all are taken, at least 99; the smallest
            p-value that can come out is 1 / (n_resamples + 1).
        seed: Of numpy's default generator; the same seed gives the same bytes.

    Raises:
        InvalidCount: n_resamples or seed is negative or not whole.
        InvalidNumber: n_resamples is below 99.
        InvalidScores: NaN, infinite or of the wrong shape.
        NoEntries: There are no differences.
    """
    flips = SignFlips(n_resamples=n_resamples, seed=seed)
    flips.add(differences)
    return flips.results()[0]


class SignFlips:
    """Many sign-flip tests at the price of few: see `sign_flip_test`, which is one of them."""

    def __init__(self, *, n_resamples: int = 9_999, seed: int = 0) -> None:
        """Take arguments and raise errors as `sign_flip_test`."""
        self._n_resamples = whole_count("n_resamples", n_resamples)
        self._seed = whole_count("seed", seed)
        if self._n_resamples < 99:
            raise InvalidNumber("n_resamples", n_resamples, allowed="at least 99")
        self._found: list[Significance | None] = []
        self._waiting: list[_Waiting] = []

    def add(self, differences: ArrayLike) -> int:
        """One more test; its place in `results`.

        Raises:
            InvalidScores: NaN, infinite or of the wrong shape.
            NoEntries: There are no differences.
        """
        values = finite_scores("differences", differences)
        n = len(values)
        if n == 0:
            raise NoEntries("a paired test")
        place, mean, moved = len(self._found), float(values.mean()), values[values != 0]
        sizes = np.abs(moved)
        seen = abs(float(moved.sum())) - _ROUNDING * float(sizes.sum())
        p_value, method = _exact(moved, sizes, seen), EXACT
        if p_value is None:
            p_value, method = self._by_levels(sizes, seen), MONTE_CARLO
        self._found.append(None if p_value is None else Significance(p_value, mean, method, n))
        if p_value is None:
            rng = np.random.default_rng(self._seed)
            self._waiting.append(_Waiting(place, _blocks(moved, rng), seen, mean, n))
        if len(self._waiting) >= _AT_ONCE:
            self._flip()
        return place

    def results(self) -> list[Significance]:
        """Of all tests, in the order in which they were added."""
        self._flip()
        return [each for each in self._found if each is not None]

    def _by_levels(self, sizes: NDArray[np.float64], seen: float) -> float | None:
        levels, counts = _levels(sizes)
        if levels is None:
            return None
        rng = np.random.default_rng(self._seed)
        drawn = rng.binomial(counts, 0.5, size=(self._n_resamples, len(levels)))
        sums = (2 * drawn - counts) @ levels
        return self._p_value(int(np.count_nonzero(np.abs(sums) >= seen)))

    def _p_value(self, n_as_far: int) -> float:
        return (n_as_far + 1) / (self._n_resamples + 1)

    def _flip(self) -> None:
        """All that wait, under the same signs: a sign hangs on seed, pattern and block alone."""
        if not self._waiting:
            return
        n_blocks = max(len(each.blocks) for each in self._waiting)
        blocks = np.zeros((n_blocks, len(self._waiting)))
        for column, each in enumerate(self._waiting):
            blocks[: len(each.blocks), column] = each.blocks
        seen = np.array([each.seen for each in self._waiting])
        n_as_far = np.zeros(len(self._waiting), dtype=np.int64)
        rng = np.random.default_rng([self._seed, 1])
        for first in range(0, self._n_resamples, _ROWS):
            n_rows = min(_ROWS, self._n_resamples - first)
            drawn = rng.integers(0, 256, size=(n_rows, N_BLOCKS // 8), dtype=np.uint8)
            signs = np.unpackbits(drawn, axis=1, count=n_blocks) * 2.0 - 1.0
            n_as_far += np.count_nonzero(np.abs(signs @ blocks) >= seen, axis=0)
        for each, count in zip(self._waiting, n_as_far.tolist(), strict=True):
            p_value = self._p_value(count)
            self._found[each.place] = Significance(p_value, each.mean, MONTE_CARLO, each.n)
        self._waiting = []


@dataclass(frozen=True)
class _Waiting:
    """A test whose sums are still to be drawn."""

    place: int
    blocks: NDArray[np.float64]
    seen: float
    mean: float
    n: int


def _exact(moved: NDArray[np.float64], sizes: NDArray[np.float64], seen: float) -> float | None:
    """Where all patterns can be looked at, or all sizes are one; else None."""
    if len(moved) <= MAX_ENUMERATED:
        return float(np.mean(np.abs(_all_sums(sizes)) >= seen))
    if (sizes == sizes[0]).all():
        lighter = min(int((moved > 0).sum()), int((moved < 0).sum()))
        return min(1.0, 2 * float(bdtr(lighter, len(moved), 0.5)))
    return None


def _levels(
    sizes: NDArray[np.float64],
) -> tuple[NDArray[np.float64] | None, NDArray[np.int64]]:
    """The different sizes and how often each comes; none where there are many."""
    # A look at the first thousand spares the sorting of a million.
    if len(np.unique(sizes[:_ROWS])) <= MAX_LEVELS:
        levels, counts = np.unique(sizes, return_counts=True)
        if len(levels) <= MAX_LEVELS:
            return levels, counts
    return None, np.zeros(0, dtype=np.int64)


def _all_sums(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum under every pattern of signs, shape (2 ** len(sizes),)."""
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums - size, sums + size])
    return sums


def _blocks(moved: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Sums of the differences that swap together, shape (at most N_BLOCKS,)."""
    if len(moved) <= N_BLOCKS:
        return moved
    shuffled = rng.permutation(moved)
    return np.add.reduceat(
        shuffled, np.linspace(0, len(moved), N_BLOCKS, endpoint=False).astype(int)
    )
