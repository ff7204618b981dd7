"""The adjusted t against a weighted mean of statsmodels, and the rule of skewness against scipy."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from runoff_statistics import (
    adjusted_interval,
    adjusted_moments,
    adjusted_test,
    within_margin_of,
)
from runoff_statistics.adjusted import FEWEST, REACH, TOO_FEW
from runoff_statistics.equivalence import entries_for_t

TOLERANCE = 1e-9
SIZES = [2, 3, 12, 50, 1_000]


def shares(n: int) -> NDArray[np.float64]:
    """Differences of shares, some of them -1."""
    rng = np.random.default_rng([n, 7])
    return np.where(rng.random(n) < 0.1, -1.0, rng.uniform(-0.2, 0.5, n))


def errors(n: int) -> NDArray[np.float64]:
    """Skewed, far from 0."""
    return np.random.default_rng([n, 8]).lognormal(1, 1, n) + 40


def reference(values: NDArray[np.float64], low: float, high: float) -> DescrStatsW:
    """Half an entry more at each end."""
    weights = np.append(np.ones(len(values)), [0.5, 0.5])
    return DescrStatsW(np.append(values, [low, high]), weights)


@pytest.mark.parametrize("n", SIZES)
def test_with_bounds_it_is_a_weighted_mean_with_half_an_entry_at_each(n: int) -> None:
    """statsmodels' weighted mean and error, scipy's t of n - 1 degrees of freedom."""
    values = shares(n)
    weighted = reference(values, -1.0, 1.0)
    limits = stats.t(n - 1, loc=weighted.mean, scale=weighted.std_mean).ppf([0.05, 0.95])
    t = weighted.mean / weighted.std_mean

    found = adjusted_interval(values, bounds=(-1, 1), confidence=0.9)
    assert found.interval is not None
    assert found.estimate == pytest.approx(values.mean(), abs=TOLERANCE)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        np.clip(limits, -1, 1), abs=TOLERANCE
    )
    assert adjusted_test(values, bounds=(-1, 1)).p_value == pytest.approx(
        2 * stats.t.sf(abs(t), n - 1), abs=TOLERANCE
    )


@pytest.mark.parametrize("n", [each for each in SIZES if each >= FEWEST])
def test_without_bounds_the_ends_are_beyond_the_furthest_score(n: int) -> None:
    """On both sides of the mean, so that the interval lies about it."""
    values = errors(n)
    reach = REACH * np.abs(values - values.mean()).max()
    weighted = reference(values, values.mean() - reach, values.mean() + reach)
    limits = stats.t(n - 1, loc=values.mean(), scale=weighted.std_mean).ppf([0.025, 0.975])

    found = adjusted_interval(values)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(limits, rel=TOLERANCE)


def test_few_scores_without_bounds_are_left_to_the_signs() -> None:
    """scipy's exact permutation test; an interval would be about a spread that nobody saw."""
    values = np.array([3.0, 3.1, 2.9, 3.05, 3.02])
    exact = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=2**5)

    found, tested = adjusted_interval(values), adjusted_test(values)
    assert (found.interval, found.reason) == (None, TOO_FEW)
    assert tested.p_value == pytest.approx(exact.pvalue, abs=TOLERANCE)
    assert adjusted_interval(values, bounds=(-4, 4)).interval is not None
    assert adjusted_interval([*values, 3.0]).interval is not None


def test_margins_are_tested_by_the_same_statistic() -> None:
    """Two one-sided tests of the weighted mean."""
    values = shares(60) + 0.05
    weighted = reference(values, -1.0, 1.0)
    above, below = (
        stats.t.sf((0.2 + sign * weighted.mean) / weighted.std_mean, 59) for sign in (1, -1)
    )

    found = within_margin_of(adjusted_moments(values, bounds=(-1, 1)), 0.2)

    assert found.p_not_inferior == pytest.approx(above, abs=TOLERANCE)
    assert found.p_equivalent == pytest.approx(max(above, below), abs=TOLERANCE)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_limit_on_the_side_of_the_tail_is_moved_by_the_edgeworth_term(sign: int) -> None:
    """scipy's t and skewness in the first term of Hall's expansion; the other limit stays."""
    values = sign * errors(200)
    found = adjusted_moments(values)
    plain = within_margin_of(found, 400.0, alpha=0.05)
    moved = within_margin_of(found, 400.0, alpha=0.05, skewness=float(stats.skew(values)))

    t = stats.t.ppf(0.95, 199)
    shift = abs(float(stats.skew(values))) * (1 + 2 * t**2) / (6 * math.sqrt(200))
    by = shift * (found.standard_error or math.nan)
    assert plain.interval is not None
    assert moved.interval is not None
    expected = (plain.interval.low - by * (sign < 0), plain.interval.high + by * (sign > 0))
    assert (moved.interval.low, moved.interval.high) == pytest.approx(expected, rel=TOLERANCE)
    at_the_limit = max(abs(each) for each in expected)
    shown = within_margin_of(found, at_the_limit, skewness=float(stats.skew(values)))
    assert shown.p_equivalent == pytest.approx(0.05, abs=TOLERANCE)


def test_many_entries_have_the_paired_t_test() -> None:
    """One entry more is nothing beside a hundred thousand: scipy's `ttest_1samp`."""
    values = np.random.default_rng(1).normal(0.002, 0.3, 100_000)
    expected = stats.ttest_1samp(values, 0)
    interval = expected.confidence_interval(0.95)

    found = adjusted_interval(values, bounds=(-2, 2)).interval
    assert found is not None
    assert found.low == pytest.approx(interval.low, rel=2e-3)
    assert found.high == pytest.approx(interval.high, rel=2e-3)
    assert adjusted_test(values, bounds=(-2, 2)).p_value == pytest.approx(expected.pvalue, rel=1e-2)


@pytest.mark.parametrize("values", [shares(50), errors(30), errors(1_000) * 1e-90])
def test_the_rule_of_skewness_is_sugdens_with_scipys_skewness(values: NDArray[np.float64]) -> None:
    """28 + 25 G²: Sugden, Smith and Jones 2000."""
    assert entries_for_t(values) == math.ceil(28 + 25 * stats.skew(values) ** 2)
