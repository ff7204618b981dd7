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
- Above 4,096 differences they are put at random into 4,096 blocks that swap as one. That is a
  random choice of a subgroup of all patterns, and a test on a subgroup keeps its level exactly
  (Hemerik and Goeman, TEST 27 (2018) 811-825); with thousands of blocks no power is
  lost, and the cost is that of reading the differences once.

Source: Fisher, The Design of Experiments (1935), section 21; Edgington and Onghena,
Randomization Tests (4th ed., 2007).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr

from runoff_statistics.errors import InvalidNumber, NoEntries
from runoff_statistics.results import Significance
from runoff_statistics.validation import finite_scores, whole_count

EXACT = "paired permutation, exact"
MONTE_CARLO = "paired permutation, Monte Carlo"
MAX_ENUMERATED = 20
MAX_LEVELS = 32
N_BLOCKS = 4_096
_CHUNK = 1_000_000
"""Table look-ups at once: 8 MB."""
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
    values = finite_scores("differences", differences)
    n_resamples, seed = whole_count("n_resamples", n_resamples), whole_count("seed", seed)
    if n_resamples < 99:
        raise InvalidNumber("n_resamples", n_resamples, allowed="at least 99")
    n = len(values)
    if n == 0:
        raise NoEntries("a paired test")
    mean = float(values.mean())
    moved = values[values != 0]
    sizes = np.abs(moved)
    seen = abs(float(moved.sum())) - _ROUNDING * float(sizes.sum())
    if len(moved) <= MAX_ENUMERATED:
        p_value = float(np.mean(np.abs(_all_sums(sizes)) >= seen))
        return Significance(p_value, mean, EXACT, n)
    levels, counts = np.unique(sizes, return_counts=True)
    if len(levels) == 1:
        lighter = min(int((moved > 0).sum()), int((moved < 0).sum()))
        p_value = min(1.0, 2 * float(bdtr(lighter, len(moved), 0.5)))
        return Significance(p_value, mean, EXACT, n)
    rng = np.random.default_rng(seed)
    if len(levels) <= MAX_LEVELS:
        drawn = rng.binomial(counts, 0.5, size=(n_resamples, len(levels)))
        sums = (2 * drawn - counts) @ levels
    else:
        sums = _random_sums(_blocks(moved, rng), n_resamples, rng)
    n_as_far = int(np.count_nonzero(np.abs(sums) >= seen))
    return Significance((n_as_far + 1) / (n_resamples + 1), mean, MONTE_CARLO, n)


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


def _random_sums(
    values: NDArray[np.float64], n_resamples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Sums under random signs, shape (n_resamples,).

    Eight values make one table of their 256 signed sums, so that a random byte stands for
    eight signs and a pattern costs an eighth of its values in look-ups.
    """
    n_bytes = -(-len(values) // 8)
    eights = np.zeros((n_bytes, 8))
    eights.flat[: len(values)] = values
    signs = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) * 2.0 - 1.0
    table = np.ascontiguousarray(eights @ signs.T).ravel()
    starts = np.arange(n_bytes) * 256
    rows = max(1, _CHUNK // n_bytes)
    sums = np.empty(n_resamples)
    for first in range(0, n_resamples, rows):
        n_rows = min(rows, n_resamples - first)
        drawn = rng.integers(0, 256, size=(n_rows, n_bytes), dtype=np.uint8)
        sums[first : first + n_rows] = table[drawn + starts].sum(axis=1)
    return sums
