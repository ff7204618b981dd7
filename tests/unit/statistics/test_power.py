"""The smallest difference that a comparison can be expected to show."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from runoff_statistics import InvalidCount, InvalidProbability, NoEntries, detectable_difference

Z_TEST, Z_POWER = 1.959963984540054, 0.8416212335729143


@pytest.mark.parametrize(("n", "discordance"), [(50, 0.5), (545, 0.05), (10_000, 0.2)])
def test_it_solves_connors_sample_size_formula(n: int, discordance: float) -> None:
    """Put into the formula it came from, the difference gives back n."""
    difference = detectable_difference(n, discordance)

    assert difference is not None
    spread = Z_TEST * math.sqrt(discordance) + Z_POWER * math.sqrt(discordance - difference**2)
    assert (spread / difference) ** 2 == pytest.approx(n, rel=1e-9)


@pytest.mark.parametrize(("n", "discordance"), [(200, 0.2), (545, 0.06), (2_000, 0.05)])
def test_the_promised_power_is_there(n: int, discordance: float) -> None:
    """The chance that McNemar's test rejects, summed over all discordant counts.

    The formula is an approximation and the test is discrete, hence three points of room.
    """
    difference = detectable_difference(n, discordance)
    assert difference is not None
    win = (discordance + difference) / (2 * discordance)

    chances = binom.pmf(np.arange(n + 1), n, discordance)
    power = 0.0
    for n_discordant in np.flatnonzero(chances > 1e-9).tolist():
        wins = np.arange(n_discordant + 1)
        rejects = np.abs(2 * wins - n_discordant) >= Z_TEST * math.sqrt(n_discordant)
        given_count = binom.pmf(wins, n_discordant, win)[rejects].sum()
        power += chances[n_discordant] * given_count

    assert power == pytest.approx(0.8, abs=0.03)


def test_more_entries_show_smaller_differences() -> None:
    """About half the difference for four times the entries."""
    few, many = detectable_difference(500, 0.1), detectable_difference(2_000, 0.1)

    assert few is not None
    assert many is not None
    assert few / many == pytest.approx(2, rel=0.02)


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
