"""Tests and intervals of paired scores against scipy, statsmodels, R and printed examples."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.weightstats import ttost_paired

from runoff_statistics import (
    bootstrap_interval,
    mean_interval,
    means_within_margin,
    quantile_interval,
    sign_flip_test,
    sign_test,
    signed_rank_test,
    t_test,
)

TOLERANCE = 1e-9
DARWIN = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=float)
"""Cross- minus self-fertilised maize, in eighths of an inch: Fisher 1935, section 17."""
SLEEP = (
    np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]),
    np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
)
"""Hours of sleep gained with two drugs: Student 1908, R's data set `sleep`."""
SIZES = [2, 3, 7, 12, 40, 200]


def differences(n: int, seed: int = 0) -> NDArray[np.float64]:
    """Skewed, with a mean off 0."""
    rng = np.random.default_rng([n, seed])
    return rng.exponential(size=n) - 0.7 * rng.random(n)


def graded(n: int) -> NDArray[np.float64]:
    """Steps of a quarter, with ties and zeros."""
    return np.random.default_rng([n, 1]).integers(-3, 5, n) / 4


@pytest.mark.parametrize("method", ["percentile", "BCa"])
@pytest.mark.parametrize("n", [40, 300])
def test_the_bootstrap_is_scipys_from_the_same_seed(
    method: Literal["percentile", "BCa"], n: int
) -> None:
    """The same draws in the same order, so that nothing but rounding may differ."""
    values = differences(n)

    found = bootstrap_interval(
        values,
        method="bca" if method == "BCa" else "percentile",
        n_resamples=1_000,
        seed=3,
    ).interval

    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=1_000, method=method, rng=np.random.default_rng(3)
    ).confidence_interval
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected, abs=TOLERANCE)


def test_the_studentized_bootstrap_is_the_books() -> None:
    """Efron and Tibshirani, equations 12.21 and 12.22, one resample after the other."""
    values, rng, ratios = differences(30), np.random.default_rng(5), []
    for _ in range(500):
        again = values[rng.integers(0, 30, size=30)]
        ratios.append((again.mean() - values.mean()) / (again.std() / math.sqrt(30)))
    error = values.std() / math.sqrt(30)

    found = bootstrap_interval(values, method="studentized", n_resamples=500, seed=5).interval

    high, low = values.mean() - error * np.quantile(ratios, [0.025, 0.975])
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=TOLERANCE)


def test_darwins_maize_gives_fishers_permutation_count() -> None:
    """863 of 32,768 patterns are as far on one side (Fisher 1935, section 21)."""
    assert sign_flip_test(DARWIN).p_value == pytest.approx(2 * 863 / 32_768, abs=1e-12)


@pytest.mark.parametrize("n", [2, 7, 12])
@pytest.mark.parametrize("make", [differences, graded])
def test_the_exact_permutation_test_is_scipys(
    n: int, make: Callable[[int], NDArray[np.float64]]
) -> None:
    """Every pattern of signs, ties and zeros included."""
    values = make(n)

    expected = stats.permutation_test(
        (values,),
        lambda each, axis: each.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=2**n,
    )

    assert sign_flip_test(values).p_value == pytest.approx(expected.pvalue, abs=TOLERANCE)


def test_the_permutation_test_of_passes_and_failures_is_the_binomial() -> None:
    """Sizes are all alike then, whatever n is: McNemar's exact test."""
    values = np.repeat([1.0, -1.0, 0.0], [60, 37, 900])

    assert sign_flip_test(values).p_value == pytest.approx(
        stats.binomtest(60, 97).pvalue, abs=TOLERANCE
    )


def test_the_signed_rank_test_of_darwins_maize_is_the_printed_one() -> None:
    """The worked example of scipy's manual: 24 and 0.041259765625."""
    found = signed_rank_test(DARWIN)

    assert (found.statistic, found.p_value) == (96.0, 0.041259765625)


def test_the_signed_rank_test_of_hollander_and_wolfe_is_rs() -> None:
    """R's ?wilcox.test, depression scores: V = 40, two-sided p = 2 * 0.01953125."""
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])

    found = signed_rank_test(before - after)

    assert (found.statistic, found.p_value) == (40.0, 0.0390625)


@pytest.mark.parametrize("n", SIZES)
def test_the_signed_rank_test_without_ties_is_scipys(n: int) -> None:
    """Exact up to 50, normal above."""
    values = differences(n)

    expected = stats.wilcoxon(values, method="exact" if n <= 50 else "approx", correction=False)

    assert signed_rank_test(values).p_value == pytest.approx(expected.pvalue, abs=TOLERANCE)


def test_the_exact_signed_rank_test_with_ties_counts_all_patterns() -> None:
    """Scipy's own way for ties, over all 2^n patterns."""
    values = graded(12)
    values = values[values != 0]

    expected = stats.wilcoxon(values, method=stats.PermutationMethod(n_resamples=2**13))

    assert signed_rank_test(values).p_value == pytest.approx(expected.pvalue, abs=TOLERANCE)


def test_the_normal_signed_rank_test_with_ties_and_zeros_is_scipys() -> None:
    """Zeros dropped, variance corrected for ties."""
    values = graded(300)

    expected = stats.wilcoxon(values, method="approx", zero_method="wilcox", correction=False)

    assert signed_rank_test(values).p_value == pytest.approx(expected.pvalue, abs=TOLERANCE)


def test_students_sleep_data_give_rs_t_test() -> None:
    """R 4: t = -4.0621, df = 9, p-value = 0.002833, interval -2.4598858 to -0.7001142."""
    difference = SLEEP[0] - SLEEP[1]

    found, test = mean_interval(difference), t_test(difference)

    assert test.statistic == pytest.approx(-4.0621, abs=5e-5)
    assert test.p_value == pytest.approx(0.002833, abs=5e-7)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (-2.4598858, -0.7001142), abs=5e-8
    )


@pytest.mark.parametrize("n", SIZES)
def test_the_t_test_is_scipys(n: int) -> None:
    """p-value and interval."""
    values = differences(n)

    expected = stats.ttest_1samp(values, 0)

    limits = expected.confidence_interval(0.9)
    found = mean_interval(values, confidence=0.9).interval
    assert t_test(values).p_value == pytest.approx(expected.pvalue, abs=TOLERANCE)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((limits.low, limits.high), abs=TOLERANCE)


@pytest.mark.parametrize("n_clusters", [2, 5, 40])
def test_clusters_give_statsmodels_cr1_with_t(n_clusters: int) -> None:
    """Unequal clusters, named by text; a regression on nothing but a constant."""
    rng = np.random.default_rng(n_clusters)
    clusters = np.concatenate([np.arange(n_clusters), rng.integers(0, n_clusters, 160)])
    values = differences(len(clusters)) + rng.normal(size=n_clusters)[clusters]

    fit = OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True
    )

    names = np.char.add("document ", clusters.astype(str))
    found = mean_interval(values, names).interval
    assert t_test(values, names).p_value == pytest.approx(fit.pvalues[0], abs=TOLERANCE)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[0]), abs=TOLERANCE)


def test_equivalence_of_means_is_statsmodels() -> None:
    """Both one-sided p-values; equivalence takes the larger."""
    first, second = SLEEP

    found = means_within_margin(first - second, 2.0)

    p_value, above, _ = ttost_paired(first, second, -2.0, 2.0)
    assert found.p_equivalent == pytest.approx(p_value, abs=TOLERANCE)
    assert found.p_not_inferior == pytest.approx(above[1], abs=TOLERANCE)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_interval_of_a_quantile_is_scipys(share: float) -> None:
    """Conover's, two-sided, from the binomial distribution."""
    values = differences(80)

    found = quantile_interval(values, share).interval

    limits = np.asarray(stats.quantile_test(values, p=share).confidence_interval(0.95))
    assert found is not None
    assert [found.low, found.high] == limits.tolist()


def test_the_sign_test_is_the_binomial() -> None:
    """Two of Darwin's fifteen pairs are negative."""
    assert sign_test(DARWIN).p_value == pytest.approx(stats.binomtest(13, 15).pvalue, abs=TOLERANCE)
