"""What must hold for any scores: swap A and B, ask for more confidence, repeat with the seed."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from runoff_statistics import (
    Estimate,
    Significance,
    adjusted_interval,
    adjusted_test,
    bootstrap_interval,
    cliffs_delta,
    compare_scores,
    mean_interval,
    means_within_margin,
    quantile_difference,
    quantile_interval,
    quantile_test,
    rank_biserial,
    sign_flip_test,
    sign_test,
    signed_rank_test,
    t_test,
)

pytestmark = pytest.mark.filterwarnings("error")

Scores = NDArray[np.float64]
steps = st.integers(-4, 4).map(lambda step: step / 4)
reals = st.floats(-1, 1).map(lambda value: round(value, 6))
samples = st.one_of(
    st.lists(steps, min_size=1, max_size=40), st.lists(reals, min_size=1, max_size=40)
)
arrays = samples.map(np.array)
few = settings(max_examples=20, deadline=None)

TESTS: dict[str, Callable[[Scores], Significance]] = {
    "permutation": lambda x: sign_flip_test(x, n_resamples=999),
    "wilcoxon": signed_rank_test,
    "sign": sign_test,
    "t": t_test,
    "adjusted t": adjusted_test,
    "adjusted t with bounds": lambda x: adjusted_test(x, bounds=(-1, 1)),
    "quantiles": lambda x: quantile_test(np.maximum(x, 0), np.maximum(-x, 0), 0.5),
}
INTERVALS: dict[str, Callable[[Scores, float], Estimate]] = {
    "t": lambda x, c: mean_interval(x, confidence=c),
    "adjusted t": lambda x, c: adjusted_interval(x, confidence=c),
    "adjusted t with bounds": lambda x, c: adjusted_interval(x, bounds=(-1, 1), confidence=c),
    "median": lambda x, c: quantile_interval(x, confidence=c),
    "quantiles": lambda x, c: quantile_difference(
        np.maximum(x, 0), np.maximum(-x, 0), 0.5, confidence=c
    ),
}


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
@few
@given(arrays)
def test_swapping_the_models_leaves_the_p_value(
    test: Callable[[Scores], Significance], values: Scores
) -> None:
    """Which one is called A is the reader's choice; and p is a probability or None."""
    there, back = test(values).p_value, test(-values).p_value

    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert 0 < there <= 1
        # Monte Carlo draws other signs for other numbers: four standard errors of 999 draws.
        room = 4 * np.sqrt(0.5 / 999) if len(values) > 20 else 1e-9
        assert back == pytest.approx(there, abs=room)


@pytest.mark.parametrize("interval", INTERVALS.values(), ids=INTERVALS)
@few
@given(arrays, st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_swapping_mirrors_the_interval_and_confidence_widens_it(
    interval: Callable[[Scores, float], Estimate], values: Scores, one: float, other: float
) -> None:
    """And it holds the estimate."""
    low, high = sorted((one, other))
    narrow, wide, back = interval(values, low), interval(values, high), interval(-values, low)

    assert back.estimate == pytest.approx(-(narrow.estimate or 0), abs=1e-12)
    if narrow.interval is None:
        assert wide.interval is None
        return
    assert back.interval is not None
    assert narrow.estimate is not None
    assert narrow.interval.low - 1e-12 <= narrow.estimate <= narrow.interval.high + 1e-12
    assert back.interval.low == pytest.approx(-narrow.interval.high, abs=1e-9)
    if wide.interval is not None and interval is not INTERVALS["quantiles"]:
        assert wide.interval.low <= narrow.interval.low + 1e-12
        assert narrow.interval.high <= wide.interval.high + 1e-12


@pytest.mark.parametrize("bounds", [None, (-1.0, 1.0)], ids=["no bounds", "bounds"])
@few
@given(arrays, st.floats(0.5, 0.99))
def test_the_adjusted_t_rejects_where_its_interval_leaves_out_0(
    bounds: tuple[float, float] | None, values: Scores, confidence: float
) -> None:
    """A document that says both can never contradict itself."""
    interval = adjusted_interval(values, bounds=bounds, confidence=confidence).interval
    p_value = adjusted_test(values, bounds=bounds).p_value

    if interval is not None and p_value is not None and abs(p_value - (1 - confidence)) > 1e-9:
        assert (p_value < 1 - confidence) == (interval.low > 0 or interval.high < 0)


@pytest.mark.parametrize("method", ["percentile", "bca", "studentized"])
@settings(max_examples=20, deadline=None)
@given(arrays, st.integers(0, 2**32))
def test_the_bootstrap_repeats_itself_and_holds_the_estimate(
    method: Literal["percentile", "bca", "studentized"], values: Scores, seed: int
) -> None:
    """The same seed gives the same bits; studentized may leave out a mean of few entries."""
    first = bootstrap_interval(values, method=method, n_resamples=300, seed=seed)
    again = bootstrap_interval(values.copy(), method=method, n_resamples=300, seed=seed)

    assert first == again
    if first.interval is not None and first.estimate is not None and method != "studentized":
        assert first.interval.low - 1e-12 <= first.estimate <= first.interval.high + 1e-12
        assert values.min() - 1e-12 <= first.interval.low
        assert first.interval.high <= values.max() + 1e-12


@few
@given(arrays)
def test_a_larger_margin_is_never_harder_to_show(values: Scores) -> None:
    """And non-inferiority is implied by equivalence."""
    small, large = means_within_margin(values, 0.1), means_within_margin(values, 0.3)

    if small.p_equivalent is None:
        assert large.p_equivalent is None
        return
    assert large.p_equivalent is not None
    assert large.p_equivalent <= small.p_equivalent
    assert small.not_inferior or not small.equivalent
    assert small.interval is not None
    inside = small.interval.low > -0.1 and small.interval.high < 0.1
    assert inside == small.equivalent


@few
@given(arrays, arrays)
def test_effect_sizes_change_sign_when_swapped(a: Scores, b: Scores) -> None:
    """And stay within -1 to 1."""
    assert cliffs_delta(a, b) == -cliffs_delta(b, a)
    assert -1 <= cliffs_delta(a, b) <= 1
    there, back = rank_biserial(a), rank_biserial(-a)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there == -back
        assert -1 <= there <= 1


@few
@given(arrays.filter(lambda values: len(values) >= 2), st.integers(1, 4))
def test_clusters_of_one_pair_are_the_plain_t_test(values: Scores, n_repeats: int) -> None:
    """And the same pair repeated counts once: that is what clusters are for."""
    plain = t_test(values)
    names = np.arange(len(values))

    repeated = t_test(np.repeat(values, n_repeats), np.repeat(names, n_repeats))

    assert (plain.p_value is None) == (repeated.p_value is None)
    if plain.p_value is not None:
        assert repeated.p_value == pytest.approx(plain.p_value, abs=1e-9)


@few
@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=60), st.integers(0, 99))
def test_a_comparison_repeats_itself(scores: list[float], seed: int) -> None:
    """The document's bytes follow from the scores and the seed."""
    a, b = np.array(scores), np.roll(scores, 1)
    for kind in ("pass_fail", "graded"):
        assert compare_scores(a, b, kind, seed=seed) == compare_scores(a, b, kind, seed=seed)
