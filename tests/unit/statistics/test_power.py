"""The smallest difference that a comparison can be expected to show."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from runoff_statistics import InvalidCount, InvalidProbability, NoEntries, detectable_difference

Z_TEST, Z_POWER = 1.959963984540054, 0.8416212335729143


@pytest.mark.parametrize(("n", "discordance"), [(60, 0.5), (545, 0.05), (10_000, 0.2)])
def test_it_solves_connors_sample_size_formula(n: int, discordance: float) -> None:
    """Put into the formula it came from, the difference gives back n less the exact test's cost."""
    difference = detectable_difference(n, discordance)

    assert difference is not None
    spread = Z_TEST * math.sqrt(discordance) + Z_POWER * math.sqrt(discordance - difference**2)
    assert (spread / difference) ** 2 + 2 / difference == pytest.approx(n, rel=1e-9)


@pytest.mark.parametrize(
    ("n", "discordance"),
    [(100, 0.4), (200, 0.2), (545, 0.06), (1_600, 0.02), (2_000, 0.05), (4_000, 0.5)],
)
def test_the_promised_power_is_there(n: int, discordance: float) -> None:
    """The chance that the exact test rejects, summed over all outcomes: 80 %, and not much more."""
    difference = detectable_difference(n, discordance)
    assert difference is not None
    win = (discordance + difference) / (2 * discordance)

    chances = binom.pmf(np.arange(n + 1), n, discordance)
    power = 0.0
    for n_discordant in np.flatnonzero(chances > 1e-9).tolist():
        wins = np.arange(n_discordant + 1)
        rejects = 2 * binom.cdf(np.minimum(wins, n_discordant - wins), n_discordant, 0.5) <= 0.05
        given_count = binom.pmf(wins, n_discordant, win)[rejects].sum()
        power += chances[n_discordant] * given_count

    assert 0.8 - 1e-3 < power < 0.84


def test_more_entries_show_smaller_differences() -> None:
    """About half the difference for four times the entries."""
    few, many = detectable_difference(500, 0.1), detectable_difference(2_000, 0.1)

    assert few is not None
    assert many is not None
    assert few / many == pytest.approx(2, rel=0.03)


@pytest.mark.parametrize(("n", "discordance"), [(1, 0.5), (1, 1.0), (20, 0.1), (1_000, 0.0)])
def test_too_few_disagreements_can_show_nothing(n: int, discordance: float) -> None:
    """A difference cannot exceed the discordance, and even that one would be missed."""
    assert detectable_difference(n, discordance) is None


def test_nonsense_is_refused() -> None:
    """Each argument by its own name."""
    with pytest.raises(NoEntries):
        detectable_difference(0, 0.1)
    with pytest.raises(InvalidCount, match="n must"):
        detectable_difference(-3, 0.1)
    with pytest.raises(InvalidProbability, match="discordance"):
        detectable_difference(100, math.nan)
    with pytest.raises(InvalidProbability, match="power"):
        detectable_difference(100, 0.1, power=0.5)
    with pytest.raises(InvalidProbability, match="confidence"):
        detectable_difference(100, 0.1, confidence=1)
