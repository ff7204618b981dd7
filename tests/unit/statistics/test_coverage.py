"""How often the 95 % paired interval holds the truth: exactly at 60 entries, simulated at 545."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from runoff_statistics import PairedTable, paired_difference
from runoff_statistics.tango import score_interval

N_EXACT = 60


@pytest.fixture(scope="module")
def every_outcome() -> NDArray[np.float64]:
    """All (only_a, only_b, low, high) of 60 entries, shape (1891, 4)."""
    rows = []
    for only_a in range(N_EXACT + 1):
        for only_b in range(N_EXACT + 1 - only_a):
            interval = score_interval(only_a, only_b, N_EXACT, 0.95)
            rows.append((only_a, only_b, interval.low, interval.high))
    return np.array(rows)


@pytest.mark.parametrize("discordance", [0.02, 0.05, 0.1, 0.2, 0.4, 0.8])
@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 0.95, 1.0])
def test_coverage_is_near_nominal_at_sixty_entries(
    every_outcome: NDArray[np.float64], discordance: float, share: float
) -> None:
    """Summed over all outcomes by their trinomial chance, so no luck is in it.

    The lowest of these is 0.9396; it may not get worse by a change of the method.
    """
    only_a, only_b, low, high = every_outcome.T
    agreed = N_EXACT - only_a - only_b
    difference = discordance * share
    chance = np.exp(
        gammaln(N_EXACT + 1)
        - (gammaln(only_a + 1) + gammaln(only_b + 1) + gammaln(agreed + 1))
        + xlogy(only_a, (discordance + difference) / 2)
        + xlogy(only_b, (discordance - difference) / 2)
        + xlogy(agreed, 1 - discordance)
    )

    coverage = chance[(low <= difference) & (difference <= high)].sum()

    assert chance.sum() == pytest.approx(1)
    assert coverage >= 0.939


def test_coverage_is_nominal_at_the_size_of_the_demo() -> None:
    """5 % discordance, 3 points apart, 545 entries, 4,000 samples.

    The bounds are 0.95 by three Monte-Carlo standard errors, 0.0034 each, and half a point
    for the method being an approximation.
    """
    n_samples, n = 4_000, 545
    samples = np.random.default_rng(7).multinomial(n, [0.90, 0.04, 0.01, 0.05], size=n_samples)
    outcomes, times = np.unique(samples[:, 1:3], axis=0, return_counts=True)
    intervals = [
        paired_difference(PairedTable(n - a - b, a, b, 0)).interval for a, b in outcomes.tolist()
    ]

    holds = np.array([interval.low <= 0.03 <= interval.high for interval in intervals])

    assert abs((holds * times).sum() / n_samples - 0.95) < 3 * 0.0034 + 0.005
