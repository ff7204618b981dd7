"""The same numbers by other roads: statsmodels, scipy, and the likelihood itself."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import binom, norm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from runoff_statistics import PairedTable, holm, mcnemar_p_value, wilson_interval
from runoff_statistics.tango import score_interval

counts = st.integers(0, 300)
tables = st.builds(PairedTable, counts, counts, counts, counts)
TOLERANCE = 1e-9


@settings(max_examples=30)
@given(st.integers(1, 2_000), st.floats(0, 1), st.floats(0.5, 0.999))
def test_wilson_equals_statsmodels(n: int, share: float, confidence: float) -> None:
    """The code under test asks scipy, which has a formula of its own."""
    n_correct = round(n * share)

    interval = wilson_interval(n_correct, n, confidence)

    low, high = proportion_confint(n_correct, n, alpha=1 - confidence, method="wilson")
    assert interval.low == pytest.approx(low, abs=TOLERANCE)
    assert interval.high == pytest.approx(high, abs=TOLERANCE)


@settings(max_examples=30)
@given(tables)
def test_mcnemar_equals_statsmodels_and_the_binomial(table: PairedTable) -> None:
    """Twice the lighter tail of a fair coin, at most 1."""
    assume(table.n_discordant > 0)
    cells = [[table.both_right, table.only_a], [table.only_b, table.both_wrong]]

    p_value = mcnemar_p_value(table)

    fewer = min(table.only_a, table.only_b)
    tail = binom.cdf(fewer, table.n_discordant, 0.5)
    assert p_value == pytest.approx(min(2 * tail, 1.0), abs=TOLERANCE)
    assert p_value == pytest.approx(mcnemar(cells, exact=True).pvalue, abs=TOLERANCE)


@settings(max_examples=30)
@given(tables)
def test_tangos_interval_touches_zero_where_mcnemars_chi_square_says(table: PairedTable) -> None:
    """At the confidence 1 - p of the uncorrected test, one limit is 0: they are one method."""
    only_a, only_b = table.only_a, table.only_b
    assume(only_a != only_b)
    cells = [[table.both_right, table.only_a], [table.only_b, table.both_wrong]]
    p_value = mcnemar(cells, exact=False, correction=False).pvalue
    assume(1e-9 < p_value < 1 - 1e-9)

    interval = score_interval(only_a, only_b, table.n, 1 - p_value)

    nearest = interval.low if only_a > only_b else interval.high
    assert nearest == pytest.approx(0, abs=1e-8)


@settings(max_examples=30)
@given(
    st.integers(1, 60), st.integers(1, 60), st.integers(1, 500), st.sampled_from([0.8, 0.95, 0.99])
)
def test_the_limits_solve_the_score_equation_from_the_likelihood(
    only_a: int, only_b: int, agreed: int, confidence: float
) -> None:
    """The constrained estimate found by its likelihood, not by Tango's quadratic."""
    n = only_a + only_b + agreed
    z = float(norm.isf((1 - confidence) / 2))

    interval = score_interval(only_a, only_b, n, confidence)

    for limit, sign in ((interval.low, 1), (interval.high, -1)):
        chance_only_b = constrained_estimate(only_a, only_b, agreed, limit)
        variance = (2 * chance_only_b + limit - limit**2) / n
        statistic = ((only_a - only_b) / n - limit) / math.sqrt(variance)
        assert statistic == pytest.approx(sign * z, abs=TOLERANCE * 100)


def constrained_estimate(only_a: int, only_b: int, agreed: int, difference: float) -> float:
    """The likeliest chance of only B right, given the difference of the two chances."""

    def slope(q: float) -> float:
        return only_a / (q + difference) + only_b / q - 2 * agreed / (1 - 2 * q - difference)

    floor, ceiling = max(0.0, -difference), (1 - difference) / 2
    margin = (ceiling - floor) * 1e-12
    return float(brentq(slope, floor + margin, ceiling - margin, xtol=1e-16, rtol=1e-14))


def test_holm_equals_statsmodels() -> None:
    """200 at once, ties, zeros and ones included; statsmodels collects garbage at each call."""
    p_values = np.concatenate([np.random.default_rng(0).random(190) ** 6, [0, 0, 1, 1, 0.5] * 2])

    _, expected, _, _ = multipletests(p_values, method="holm")

    assert holm(p_values) == pytest.approx(expected, abs=TOLERANCE)
