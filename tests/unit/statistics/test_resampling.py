"""Resampling for metrics that are no mean: a ratio over images, as F1 over all boxes is."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from runoff_statistics import (
    InvalidNumber,
    InvalidScores,
    NoEntries,
    bootstrap_interval,
    mean_interval,
    means_within_margin,
    resampled_difference,
    swap_test,
)
from runoff_statistics.resampling import Resampled, resamples

N = 60


@pytest.fixture
def hits() -> NDArray[np.float64]:
    """Hits of A, hits of B and wanted boxes by image, shape (3, 60)."""
    rng = np.random.default_rng(0)
    wanted = rng.integers(1, 9, N)
    return np.array([rng.binomial(wanted, 0.8), rng.binomial(wanted, 0.7), wanted], dtype=float)


def micro_recall(hits: NDArray[np.float64]) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
    return lambda weights: (weights @ (hits[0] - hits[1])) / (weights @ hits[2])


def swapped_recall(hits: NDArray[np.float64]) -> Callable[[NDArray[np.bool_]], NDArray[np.float64]]:
    difference = hits[0] - hits[1]
    return lambda swaps: np.where(swaps, -difference, difference).sum(axis=1) / hits[2].sum()


def test_a_mean_gets_the_percentile_bootstrap() -> None:
    """Where the metric is a mean, this is the same method; other draws, so near and not equal."""
    values = np.random.default_rng(1).exponential(size=N)

    found = resampled_difference(lambda w: w @ values / N, N, n_resamples=20_000)

    expected = bootstrap_interval(values, method="percentile", n_resamples=20_000).interval
    assert found.interval is not None
    assert expected is not None
    error = values.std() / np.sqrt(N)
    assert found.interval.low == pytest.approx(expected.low, abs=0.15 * error)
    assert found.interval.high == pytest.approx(expected.high, abs=0.15 * error)


def test_the_models_keep_their_images(hits: NDArray[np.float64]) -> None:
    """Estimate at weights of 1, the interval around it, mirrored when swapped, repeatable."""
    there = resampled_difference(micro_recall(hits), N, seed=4)
    back = resampled_difference(micro_recall(hits[[1, 0, 2]]), N, seed=4)

    assert there.estimate == pytest.approx((hits[0] - hits[1]).sum() / hits[2].sum())
    assert there.interval is not None
    assert back.interval is not None
    assert there.interval.low < (there.estimate or 0) < there.interval.high
    assert back.interval.high == pytest.approx(-there.interval.low)
    assert there == resampled_difference(micro_recall(hits), N, seed=4)


def test_swapping_finds_a_difference_and_only_that(hits: NDArray[np.float64]) -> None:
    """Ten points over some 270 boxes are seen; a model against itself is p = 1."""
    seen = swap_test(swapped_recall(hits), N)
    same = swap_test(swapped_recall(hits[[0, 0, 2]]), N)

    assert seen.p_value is not None
    assert seen.p_value < 0.05
    assert same.p_value == 1.0
    assert seen == swap_test(swapped_recall(hits), N)


def test_a_margin_of_resamples_is_that_of_the_mean() -> None:
    """Where the metric is a mean, p-values are near those of Student's two one-sided tests."""
    values = np.random.default_rng(2).normal(0.1, 1.0, size=400)
    drawn = resamples(400, n_resamples=4_000, seed=1)
    found = Resampled(
        float(values.mean()), np.concatenate([rows @ values / 400 for rows in drawn]), 400
    )

    for margin in (0.05, 0.2, 0.4):
        here, there = found.within_margin(margin), means_within_margin(values, margin)
        assert here.p_equivalent == pytest.approx(there.p_equivalent, abs=0.02)
        assert here.p_not_inferior == pytest.approx(there.p_not_inferior, abs=0.02)
        assert here.equivalent == there.equivalent
    assert here.interval is not None
    assert found.within_margin(10.0).p_equivalent == pytest.approx(1 / 4_001, abs=5e-5)


def test_few_entries_have_limits_as_far_out_as_students() -> None:
    """Plain percentiles of 12 would lie 1.88 standard errors out, and not 2.20."""
    values = np.random.default_rng(3).normal(size=12)
    limits = mean_interval(values).interval
    error = values.std(ddof=1) / np.sqrt(12)

    found = resampled_difference(lambda w: w @ values / 12, 12, n_resamples=40_000).interval

    assert found is not None
    assert limits is not None
    assert (found.low, found.high) == pytest.approx((limits.low, limits.high), abs=0.15 * error)


@pytest.mark.parametrize("n", [6, 12, 500])
def test_what_is_within_a_margin_is_what_the_interval_shows(n: int) -> None:
    """p is at most alpha where the limits of 1 - 2 alpha lie within it, and nowhere else."""
    resampled = Resampled(0.2, np.random.default_rng(n).normal(0.2, 0.1, size=999), n)

    for margin in np.linspace(0.01, 0.7, 70).tolist():
        found = resampled.within_margin(margin)
        assert found.interval is not None
        limit = max(found.interval.high, -found.interval.low)
        # Between two resamples a limit is interpolated, and a share is not.
        assert found.equivalent == (limit < margin) or abs(limit - margin) < 0.01


@pytest.mark.parametrize("n", [2, 4])
def test_so_few_entries_have_no_interval_and_no_margin(n: int) -> None:
    """All resamples of four images lie nearer than Student's t would have the limits."""
    resampled = Resampled(0.2, np.random.default_rng(n).normal(0.2, 0.1, size=1_000), n)
    found = resampled.interval()

    assert (found.estimate, found.interval) == (0.2, None)
    assert found.reason == f"of {n} entries the limits lie beyond all 1,000 resamples"
    assert not resampled.within_margin(9.0, alpha=0.02).equivalent


def test_a_margin_without_spread_is_not_shown() -> None:
    """Two that are the same on every resample may be the same by having one entry."""
    for resampled in (Resampled(0.0, np.zeros(200), 50), Resampled(0.3, np.zeros(0), 1)):
        found = resampled.within_margin(0.5)

        assert (found.p_equivalent, found.equivalent, found.not_inferior) == (None, False, False)
        assert found.reason


def test_metrics_that_do_not_exist_are_left_out_or_said() -> None:
    """A rare class is in no image of some resamples."""
    rare = np.zeros(N)
    rare[0] = 1.0

    def of_rare(weights: NDArray[np.int64]) -> NDArray[np.float64]:
        found = weights @ rare
        return np.where(found > 0, found, np.nan)

    some = resampled_difference(of_rare, N)
    none = resampled_difference(lambda w: np.full(len(w), np.nan), N)

    assert (some.estimate, some.interval) == (1.0, None)
    assert some.reason == "the metric exists in too few resamples"
    assert none.estimate is None
    assert swap_test(lambda s: np.full(len(s), np.nan), N).p_value is None
    assert resampled_difference(lambda w: np.zeros(len(w)), N).reason == "all resamples are equal"
    assert resampled_difference(lambda w: np.zeros(len(w)), 1).interval is None


def test_nonsense_is_refused() -> None:
    """A function that sums too much, or divides by 0, is the caller's slip."""
    with pytest.raises(InvalidScores, match="shape"):
        resampled_difference(lambda w: w.sum(axis=0) / 1.0, N)
    with pytest.raises(InvalidScores, match="infinite"):
        swap_test(lambda s: np.full(len(s), np.inf), N)
    with pytest.raises(NoEntries):
        swap_test(lambda s: np.zeros(len(s)), 0)
    with pytest.raises(InvalidNumber, match="n_resamples"):
        resampled_difference(lambda w: np.zeros(len(w)), N, n_resamples=3)
