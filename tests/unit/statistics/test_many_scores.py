"""The short cuts for many scores give what drawing every entry would give."""

import math

import numpy as np
import pytest
from scipy.stats import binom, norm

from runoff_statistics import (
    InvalidNumber,
    UnknownMethod,
    bootstrap_interval,
    mean_interval,
    rank_biserial,
    sign_flip_test,
)
from runoff_statistics.bootstrap import _resample
from runoff_statistics.ranks import rank_sums
from runoff_statistics.signflip import EXACT, MONTE_CARLO


def test_passes_and_failures_are_resampled_by_their_counts() -> None:
    """A resample of 0 and 1 has a binomial sum: its quantiles are the interval's limits.

    20,000 resamples leave a limit uncertain by 2 % of a standard error, which is 9 entries.
    """
    values = np.repeat([1.0, 0.0], [300_000, 700_000])

    found = bootstrap_interval(values, method="percentile", n_resamples=20_000).interval

    low, high = np.asarray(binom.ppf(np.array([0.025, 0.975]), 1_000_000, 0.3))
    assert found is not None
    assert found.low * 1e6 == pytest.approx(low, abs=40)
    assert found.high * 1e6 == pytest.approx(high, abs=40)


@pytest.mark.parametrize("skewed", [False, True])
def test_the_extremes_carry_the_shape_of_resampled_means(skewed: bool) -> None:
    """12,000 scores, with one that outweighs all others or without.

    The bootstrap's own moments are known: variance σ²/n and skewness of the scores / √n. Bounds
    are five standard errors of 5,000 draws.
    """
    n, rng = 12_000, np.random.default_rng(0)
    scores = rng.exponential(size=n)
    if skewed:
        scores[0] = 150.0
    deviations = scores - scores.mean()

    means = _resample(deviations, 5_000, np.random.default_rng(1)).means

    error = scores.std() / math.sqrt(n)
    skewness = float((deviations**3).mean() / scores.std() ** 3) / math.sqrt(n)
    standard = means / error
    assert abs(standard.mean()) < 5 / math.sqrt(5_000)
    assert standard.std() == pytest.approx(1, abs=0.06)
    assert (standard**3).mean() == pytest.approx(skewness, abs=0.25)


@pytest.mark.parametrize("method", ["percentile", "bca", "studentized"])
def test_with_many_scores_every_bootstrap_is_near_the_t_interval(method: str) -> None:
    """200,000 scores: the central limit is reached; 15 % of a standard error for the draws."""
    values = np.random.default_rng(3).random(200_000)
    exact = mean_interval(values).interval

    found = bootstrap_interval(values, method=method).interval  # type: ignore[arg-type]  # parametrized

    error = values.std() / math.sqrt(len(values))
    assert found is not None
    assert exact is not None
    assert found.low == pytest.approx(exact.low, abs=0.3 * error)
    assert found.high == pytest.approx(exact.high, abs=0.3 * error)


@pytest.mark.parametrize("n", [300, 4_097, 30_000])
@pytest.mark.parametrize("steps", [None, 8])
def test_the_permutation_test_agrees_with_its_normal_limit(n: int, steps: int | None) -> None:
    """By bytes of signs, by blocks and by levels: sums of random signs are near normal.

    Two standard errors are p = 0.0455; 9,999 patterns leave 0.002 of it uncertain.
    """
    values = np.random.default_rng(n).normal(size=n)
    if steps:
        values = np.rint(values * steps) / steps
    values -= values.mean()
    values += 2 * math.sqrt(float(values @ values) / (n - 4)) / math.sqrt(n)

    found = sign_flip_test(values)

    assert found.method == MONTE_CARLO
    assert found.p_value == pytest.approx(2 * norm.sf(2), abs=0.01)


def test_a_clear_difference_cannot_fall_below_what_the_patterns_allow() -> None:
    """(b + 1) / (m + 1): never 0."""
    values = np.random.default_rng(0).random(10_000) + 1

    assert sign_flip_test(values, n_resamples=999).p_value == 1 / 1_000


def test_one_size_of_difference_is_exact_at_any_n() -> None:
    """A million passes and failures are still a binomial tail, far below 1 / (m + 1)."""
    values = np.repeat([1.0, -1.0, 0.0], [30_000, 20_000, 950_000])

    found = sign_flip_test(values)

    assert found.method == EXACT
    assert found.p_value is not None
    assert found.p_value < 1e-300


def test_seeds_are_what_chance_hangs_on() -> None:
    """The same bits with the same seed, others with another; the order of entries is no matter
    for a mean, but for what is drawn."""
    values = np.random.default_rng(1).normal(size=400) + 0.05

    assert sign_flip_test(values, seed=1) == sign_flip_test(values, seed=1)
    assert sign_flip_test(values, seed=1) != sign_flip_test(values, seed=2)
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


@pytest.mark.parametrize("n_sizes", [1, 4, 40])
def test_few_sizes_are_ranked_by_their_counts(n_sizes: int) -> None:
    """The same number as sorting gives; one size that comes late is not overlooked."""
    rng = np.random.default_rng(n_sizes)
    values = rng.integers(-n_sizes, n_sizes + 2, 5_000) / 8
    late = np.append(values, 77.0)

    for each in (values, late, np.abs(values), -values):
        sums = rank_sums(each)
        expected = (sums.positive - sums.negative) / (sums.positive + sums.negative)
        assert rank_biserial(each) == pytest.approx(expected, abs=1e-12)
    assert rank_biserial([0.0]) is None


def test_one_huge_value_gives_no_studentized_interval() -> None:
    """A third of the resamples leave it out and have no spread at all."""
    found = bootstrap_interval([0.0] * 99 + [1.0], method="studentized")

    assert found.interval is None
    assert found.reason == "too many resamples have no spread"


def test_nonsense_is_refused() -> None:
    """By name."""
    with pytest.raises(InvalidNumber, match="n_resamples"):
        bootstrap_interval([1.0, 2.0], n_resamples=10)
    with pytest.raises(InvalidNumber, match="n_resamples"):
        sign_flip_test([1.0], n_resamples=10)
    with pytest.raises(UnknownMethod, match="percentile, bca, studentized"):
        bootstrap_interval([1.0], method="basic")  # type: ignore[arg-type]  # the slip tested
