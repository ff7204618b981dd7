"""The melded interval of two paired proportions, by other roads."""

import itertools

import numpy as np
import pytest
from scipy import integrate, stats

from runoff_statistics import PairedTable, mcnemar_p_value, proportions_within_margin
from runoff_statistics.melded import chance_at_most, melded_interval

TABLES = [(1, 0, 4), (1, 0, 50), (3, 1, 20), (4, 0, 5), (11, 7, 20), (6, 3, 200), (30, 20, 51)]
LARGE = [(40, 21, 1_000), (651, 901, 10_000)]


def by_quadrature(only_a: int, only_b: int, n: int, difference: float) -> float:
    """P(T (2B - 1) <= difference) by scipy's distributions, cut at their quantiles."""
    m = only_a + only_b
    b = stats.beta(only_a, only_b + 1)
    above = difference >= 0
    t = stats.beta(m, n - m + 1) if above else stats.beta(m + 1, n - m)

    def density(at: float) -> float:
        factor = 2 * at - 1
        if abs(factor) <= abs(difference) or (factor > 0) != above:
            return 0.0
        reached = difference / factor
        return float((t.cdf(reached) if above else t.sf(reached)) * b.pdf(at))

    chances = [1e-12, 1e-6, 0.01, 0.5, 0.99, 1 - 1e-6, 1 - 1e-12]
    turns = [(1 + difference / q) / 2 for q in t.ppf(chances) if abs(difference) < q]
    ends = np.unique(np.clip([0, 0.5, 1, (1 + difference) / 2, *turns, *b.ppf(chances)], 0, 1))
    inside = sum(
        integrate.quad(density, low, high, epsabs=1e-13, epsrel=1e-12, limit=400)[0]
        for low, high in itertools.pairwise(ends)
    )
    return inside + (float(b.cdf((1 + difference) / 2)) if above else 0.0)


@pytest.mark.parametrize("table", TABLES + LARGE)
def test_the_chance_is_the_one_by_adaptive_quadrature(table: tuple[int, int, int]) -> None:
    """Around where the limits lie, on both sides of 0."""
    only_a, only_b, n = table
    spread = (only_a + only_b + 1) ** 0.5 / n
    for moved in (-3.2, -2.0, -1.1, 0.4):
        at = max((only_a - only_b) / n + moved * spread, -0.99)

        found = chance_at_most(*table, at)

        assert found == pytest.approx(by_quadrature(*table, at), abs=1e-9)


@pytest.mark.parametrize("table", TABLES + LARGE)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_the_limits_are_where_the_chance_is_half_of_what_is_left(
    table: tuple[int, int, int], confidence: float
) -> None:
    """Both, the upper one from B's side."""
    only_a, only_b, n = table

    interval = melded_interval(*table, confidence)

    tail = (1 - confidence) / 2
    assert chance_at_most(*table, interval.low) == pytest.approx(tail, abs=1e-9)
    if only_b:
        mirrored = chance_at_most(only_b, only_a, n, -interval.high)
        assert mirrored == pytest.approx(tail, abs=1e-9)


@pytest.mark.parametrize("table", TABLES + LARGE)
def test_at_no_difference_it_is_the_exact_test(table: tuple[int, int, int]) -> None:
    """scipy's binomial test of a fair coin, on one side; and at 1 - p one limit is 0."""
    only_a, only_b, n = table
    expected = stats.binomtest(only_a, only_a + only_b, alternative="greater").pvalue

    assert chance_at_most(*table, 0.0) == pytest.approx(expected, abs=1e-12)
    p_value = mcnemar_p_value(PairedTable(n - only_a - only_b, only_a, only_b, 0))
    if p_value < 1:
        interval = melded_interval(*table, 1 - p_value)
        assert min(abs(interval.low), abs(interval.high)) == pytest.approx(0, abs=1e-9)


def test_without_any_loss_the_limit_is_clopper_and_pearsons() -> None:
    """A lost none of 50: what B alone gets right is at most what scipy says of 0 in 50."""
    found = proportions_within_margin(PairedTable(43, 7, 0, 0), 0.04)
    limits = stats.binomtest(0, 50).proportion_ci(0.95, method="exact")

    assert melded_interval(0, 0, 50, 0.95).low == pytest.approx(-limits.high, abs=1e-12)
    assert chance_at_most(0, 0, 50, -0.04) == pytest.approx(0.96**50, abs=1e-12)
    assert found.not_inferior
