"""How often the 95 % paired interval holds the truth: summed exactly at 60, simulated at 545."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from runoff_statistics import PairedTable, mcnemar_p_value, paired_difference

N_EXACT = 60


@pytest.fixture(scope="module")
def every_outcome() -> NDArray[np.float64]:
    """All (only_a, only_b, low, high) of 60 entries, shape (1891, 4)."""
    rows = []
    for only_a in range(N_EXACT + 1):
        for only_b in range(min(only_a, N_EXACT - only_a) + 1):
            both = paired_difference(PairedTable(N_EXACT - only_a - only_b, only_a, only_b, 0))
            interval = both.interval
            rows.append((only_a, only_b, interval.low, interval.high))
            if only_a != only_b:
                rows.append((only_b, only_a, -interval.high, -interval.low))
    return np.array(rows)


@pytest.mark.parametrize("discordance", [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0])
@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 0.95, 1.0])
def test_each_limit_is_wrong_in_2_5_percent_at_most(
    every_outcome: NDArray[np.float64], discordance: float, share: float
) -> None:
    """Summed over all outcomes by their trinomial chance, so no luck is in it.

    Fay and Lumbard (2021) print the same for every n up to 100.
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

    assert chance.sum() == pytest.approx(1)
    assert chance[low > difference + 1e-12].sum() <= 0.025
    assert chance[high < difference - 1e-12].sum() <= 0.025


def test_the_interval_and_the_exact_test_never_contradict_each_other(
    every_outcome: NDArray[np.float64],
) -> None:
    """A verdict of 'not separable' beside an interval that leaves out 0 is believed by nobody."""
    for only_a, only_b, low, high in every_outcome.tolist():
        table = PairedTable(0, int(only_a), int(only_b), N_EXACT - int(only_a + only_b))
        assert (mcnemar_p_value(table) <= 0.05) == (low > 0 or high < 0)


def test_coverage_is_nominal_at_the_size_of_the_demo() -> None:
    """5 % discordance, 3 points apart, 545 entries, 4,000 samples.

    At least 0.95 less three Monte Carlo standard errors, 0.0034 each, and not much above: an
    interval that holds everything is of no use.
    """
    n_samples, n = 4_000, 545
    samples = np.random.default_rng(7).multinomial(n, [0.90, 0.04, 0.01, 0.05], size=n_samples)
    outcomes, times = np.unique(samples[:, 1:3], axis=0, return_counts=True)
    intervals = [
        paired_difference(PairedTable(n - a - b, a, b, 0)).interval for a, b in outcomes.tolist()
    ]

    holds = np.array([interval.low <= 0.03 <= interval.high for interval in intervals])

    assert 0.95 - 3 * 0.0034 < (holds * times).sum() / n_samples < 0.98
