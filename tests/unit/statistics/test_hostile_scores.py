"""What every function makes of scores that hold nothing to judge by, or are no scores."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from runoff_statistics import (
    AnytimeDifference,
    Estimate,
    InvalidNumber,
    InvalidScores,
    NoEntries,
    Significance,
    adjusted_interval,
    adjusted_test,
    bootstrap_interval,
    cliffs_delta,
    cohens_dz,
    compare_scores,
    mean_interval,
    means_within_margin,
    paired_scores,
    quantile_difference,
    quantile_interval,
    quantile_test,
    rank_biserial,
    retry_effect,
    sign_flip_test,
    sign_test,
    signed_rank_test,
    t_test,
)

pytestmark = pytest.mark.filterwarnings("error")

Taker = Callable[[Any], Any]
INTERVALS: dict[str, Callable[[ArrayLike], Estimate]] = {
    "t": mean_interval,
    "adjusted t": adjusted_interval,
    "percentile": lambda x: bootstrap_interval(x, method="percentile", n_resamples=100),
    "bca": lambda x: bootstrap_interval(x, method="bca", n_resamples=100),
    "studentized": lambda x: bootstrap_interval(x, method="studentized", n_resamples=100),
    "median": quantile_interval,
    "quantiles": lambda x: quantile_difference(x, x, 0.5),
}
TESTS: dict[str, Callable[[ArrayLike], Significance]] = {
    "permutation": sign_flip_test,
    "wilcoxon": signed_rank_test,
    "sign": sign_test,
    "t": t_test,
    "adjusted t": adjusted_test,
    "adjusted t with bounds": lambda x: adjusted_test(x, bounds=(-1, 1)),
    "quantiles": lambda x: quantile_test(x, x, 0.5),
}
OTHERS: dict[str, Taker] = {
    "cohens_dz": cohens_dz,
    "rank_biserial": rank_biserial,
    "cliffs_delta": lambda x: cliffs_delta(x, [0.0]),
    "margin": lambda x: means_within_margin(x, 0.1),
    "adjusted t with bounds": lambda x: adjusted_interval(x, bounds=(-1, 1)),
}
ALL: dict[str, Taker] = {
    **OTHERS,
    **{f"{k} interval": v for k, v in INTERVALS.items()},
    **{f"{k} test": v for k, v in TESTS.items()},
}
NOT_SCORES = {
    "NaN": np.array([0.5, math.nan]),
    "infinity": np.array([0.5, math.inf]),
    "too large": np.array([0.5, 1e200]),
    "a matrix": np.ones((2, 2)),
    "masked": np.ma.array([1.0, 2.0], mask=[False, True]),
    "text": np.array(["0.5", "0.6"]),
    "objects": np.array([0.5, None]),
    "complex": np.array([1j, 2.0]),
}


@pytest.mark.parametrize("values", NOT_SCORES.values(), ids=NOT_SCORES)
@pytest.mark.parametrize("take", ALL.values(), ids=ALL)
def test_what_is_no_score_is_refused(take: Taker, values: NDArray[np.generic]) -> None:
    """A NaN that got through would come out as one, or worse, as a number."""
    with pytest.raises(InvalidScores):
        take(values)


@pytest.mark.parametrize("take", ALL.values(), ids=ALL)
def test_nothing_observed_is_refused(take: Taker) -> None:
    """An empty section is missing; it is not a section without difference."""
    with pytest.raises(NoEntries):
        take([])


@pytest.mark.parametrize("values", [[0.3], [0.0, 0.0], [0.1] * 5, [0.0] * 200], ids=str)
@pytest.mark.parametrize("take", INTERVALS.values(), ids=INTERVALS)
def test_no_spread_gives_no_interval_of_a_mean(
    take: Callable[[ArrayLike], Estimate], values: list[float]
) -> None:
    """An interval without width would claim certainty; the reason is in words.

    Quantiles are another matter: 200 equal values do hold the median.
    """
    found = take(values)

    assert found.estimate is not None
    if found.interval is None:
        assert found.reason
    else:
        assert found.method in (
            "binomial order statistics",
            "difference of paired quantiles, order statistics joined by MOVER",
        )
        assert len(values) >= 6


@pytest.mark.parametrize("n", [1, 2, 200])
@pytest.mark.parametrize("take", TESTS.values(), ids=TESTS)
def test_all_ties_are_no_evidence(take: Callable[[ArrayLike], Significance], n: int) -> None:
    """1 where the test exists without spread, else None with the reason; never significant."""
    found = take([0.0] * n)

    assert found.p_value in (None, 1.0)
    assert (found.p_value is None) == (found.reason is not None)


@pytest.mark.parametrize("values", [[0.3], [0.2, 0.4], [0.2, -0.4]], ids=str)
@pytest.mark.parametrize("take", TESTS.values(), ids=TESTS)
def test_one_or_two_pairs_are_never_called_significant(
    take: Callable[[ArrayLike], Significance], values: list[float]
) -> None:
    """Of two pairs no exact test can get below 1/2; t with one degree of freedom says 0.2."""
    p_value = take(values).p_value

    assert p_value is None or p_value > 0.05


def test_differences_that_are_equal_but_for_rounding_have_no_spread() -> None:
    """0.1 + 0.2 - 0.2 and the like: t would be some 1e16 and p nothing."""
    values = np.array([0.3, 0.1 + 0.2, 0.4 - 0.1, 0.3])

    assert len(set(values.tolist())) > 1
    assert t_test(values).p_value is None
    assert cohens_dz(values) is None
    assert mean_interval(values).interval is None
    assert means_within_margin(values, 0.5).p_equivalent is None


@pytest.mark.parametrize("n", [2, 12, 1_000])
def test_equal_scores_within_bounds_leave_room_for_others(n: int) -> None:
    """Twelve perfect answers are no proof of perfection; and no mean is beyond a bound."""
    found = adjusted_interval([1.0] * n, bounds=(0, 1))

    assert (found.estimate, found.reason) == (1.0, None)
    assert found.interval is not None
    assert found.interval.low < 1 - 1 / n
    assert found.interval.high == 1.0


def test_a_score_beyond_its_bound_moves_it() -> None:
    """A scorer that overshoots is not called impossible."""
    found = adjusted_interval([0.5, 1.0, 1.25, 1.0], bounds=(0, 1)).interval

    assert found is not None
    assert found.high == 1.25


@pytest.mark.parametrize("bounds", [(1.0, 0.0), (0.0, math.nan), (-math.inf, 1.0), (0.0, 0.0)])
def test_bounds_that_bound_nothing_are_refused(bounds: tuple[float, float]) -> None:
    """By name, whoever asks."""
    with pytest.raises(InvalidNumber, match="bounds"):
        adjusted_interval([0.5, 0.25], bounds=bounds)
    with pytest.raises(InvalidNumber, match="bounds"):
        compare_scores([0.5, 0.25], [0.0, 1.0], "bounded", bounds=bounds)


def test_scores_too_small_to_square_have_no_spread() -> None:
    """Their squares are 0 in floating point: said, not divided by."""
    assert t_test([1e-200, 2e-200, 3e-200]).p_value is None


@pytest.mark.parametrize("kind", ["pass_fail", "graded", "bounded", "error", "latency"])
def test_every_kind_takes_one_two_and_equal_entries(kind: Any) -> None:
    """The document of a tiny run says what cannot be said."""
    for scores in ([1.0], [1.0, 0.0], [1.0] * 30):
        found = compare_scores(scores, scores, kind)

        assert found.n == len(scores)
        assert found.test.p_value in (None, 1.0)


def test_missing_scores_are_left_out_and_counted() -> None:
    """Missing is not wrong; infinity is not missing."""
    pairs = paired_scores([1.0, math.nan, 0.0, 0.5], [0.0, 1.0, math.nan, 0.5])

    assert (pairs.a.tolist(), pairs.b.tolist(), pairs.n_missing) == ([1, 0.5], [0, 0.5], 2)
    with pytest.raises(InvalidScores, match="infinite"):
        paired_scores([math.nan], [math.inf])
    with pytest.raises(InvalidScores, match="2 scores and a has 1"):
        paired_scores([1.0], [1.0, 2.0])
    with pytest.raises(NoEntries):
        compare_scores([math.nan], [1.0], "graded")


def test_the_running_interval_refuses_what_breaks_its_promise() -> None:
    """One difference beyond the bound and the 95 % are gone."""
    watched = AnytimeDifference(largest=1.0)
    for bad in (NOT_SCORES["NaN"], NOT_SCORES["infinity"], NOT_SCORES["a matrix"], [1.5]):
        with pytest.raises(InvalidScores):
            watched.update(bad)

    watched.update([])
    assert watched.interval().interval is None
    assert watched.test().p_value == 1.0


def test_retries_without_a_group_or_spread_say_so() -> None:
    """Usual: nothing was retried."""
    none = retry_effect([1.0, 0.5], np.array([False, False]))
    every = retry_effect([1.0], np.array([True]))
    equal = retry_effect([1.0, 1.0], np.array([True, False]))

    assert (none.test.p_value, none.test.reason) == (None, "no entry was retried")
    assert (none.mean_retried, none.delta) == (None, None)
    assert every.test.reason == "every entry was retried"
    assert equal.test.reason == "all scores are equal"
    assert retry_effect([], np.array([], dtype=bool)).test.reason == "there are no entries"
    with pytest.raises(InvalidScores, match="retried"):
        retry_effect([1.0], np.array([1]))
