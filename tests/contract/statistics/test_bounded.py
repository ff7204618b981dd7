"""Limits of a mean by its bounds alone: closed forms where there are some."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from runoff_statistics import InvalidNumber, mean_within_margin
from runoff_statistics.bounded import MAX_LEVELS, LowestMean


def distinct(seed: int, n: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).permutation(np.linspace(-0.9, 0.8, 2 * n))[:n]


@pytest.mark.parametrize(("n", "lost", "gain"), [(3, 1, 0.5), (50, 0, 0.0), (50, 3, 0.2)])
def test_of_two_values_it_is_clopper_and_pearsons_limit(n: int, lost: int, gain: float) -> None:
    """scipy's exact interval of a share, as a mean: the share of losses is at most its limit."""
    found = LowestMean(np.array([-1.0] * lost + [gain] * (n - lost)), -1.0)
    limits = stats.binomtest(lost, n).proportion_ci(0.9, method="exact")

    assert found.limit(0.05) == pytest.approx(gain - (gain + 1) * limits.high, abs=1e-9)
    for mean in (gain - 0.01, gain - 0.3, -0.5):
        share = (gain - mean) / (gain + 1)
        assert found.p_value(mean) == pytest.approx(stats.binom.cdf(lost, n, share), abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7])
def test_of_different_values_it_is_the_sum_of_exponentials(n: int) -> None:
    """P(sum a_i E_i > 0) = sum over a_i > 0 of the product of a_i / (a_i - a_j), by residues."""
    values = distinct(n, n)
    for mean in (-0.85, -0.4, float(values.mean()), 0.1):
        gaps = np.append(values, -1.0) - mean
        above = sum(
            np.prod([each / (each - other) for other in gaps if other != each])
            for each in gaps
            if each > 0
        )

        assert LowestMean(values, -1.0).p_value(mean) == pytest.approx(1 - above, abs=1e-9)


def test_many_values_are_rounded_away_from_the_claim() -> None:
    """Never towards it, and by less than a step."""
    values = np.random.default_rng(0).normal(0.0, 0.2, 3 * MAX_LEVELS).clip(-1, 1)
    down = np.floor((values + 1) * MAX_LEVELS) / MAX_LEVELS - 1

    limit = LowestMean(values, -1.0).limit(0.05)

    student = values.mean() - stats.t.ppf(0.95, len(values) - 1) * stats.sem(values)
    assert LowestMean(down, -1.0).limit(0.05) - 1 / MAX_LEVELS < limit < student
    assert limit == pytest.approx(student, abs=0.003)


def test_a_margin_says_what_it_rests_on() -> None:
    """t where it may, the bounds where there are some, and nothing where nothing can be said."""
    even = np.random.default_rng(1).normal(0, 0.3, 200).clip(-1, 1)
    lost = np.array([0.01] * 48 + [-0.9, -1.0])

    by_t = mean_within_margin(even, 0.1, bounds=(-1, 1))
    by_bounds = mean_within_margin(lost, 0.1, bounds=(-1, 1))
    unsaid = mean_within_margin(lost, 0.1)

    assert "adjusted" in by_t.method
    assert by_t.not_inferior
    assert "bounds alone" in by_bounds.method
    assert by_bounds.interval is not None
    assert by_bounds.not_inferior == (by_bounds.interval.low > -0.1)
    assert by_bounds.interval.low == pytest.approx(LowestMean(lost, -1.0).limit(0.05), abs=1e-12)
    assert (unsaid.equivalent, unsaid.p_not_inferior, unsaid.interval) == (False, None, None)
    assert "entries are wanted" in (unsaid.reason or "")


def test_fifty_equal_answers_leave_room_for_what_was_not_seen() -> None:
    """Nothing lost in 50: up to 5.8 % of the entries may be lost; t would have no spread."""
    found = mean_within_margin(np.zeros(50), 0.05, bounds=(-1, 1))

    assert found.interval is not None
    assert found.interval.low == pytest.approx(0.05 ** (1 / 50) - 1, abs=1e-9)
    assert not found.not_inferior
    assert mean_within_margin(np.zeros(50), 0.06, bounds=(-1, 1)).equivalent


def test_bounds_that_are_none_are_refused() -> None:
    """By the name of the argument."""
    with pytest.raises(InvalidNumber, match="bounds"):
        mean_within_margin([0.1, 0.2], 0.1, bounds=(1, -1))
