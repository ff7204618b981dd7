"""What is asked for by name makes a comparison more careful, never less (decision page 0043)."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from runoff_statistics import (
    Estimate,
    Interval,
    PairedComparison,
    Significance,
    choose_method,
    compare_scores,
    more_careful_interval,
    more_careful_test,
    quantile_interval,
    sign_test,
    signed_rank_test,
)
from runoff_statistics.choice import INTERVALS, TESTS, IntervalName, ScoreKind, TestName

BOUNDS: dict[ScoreKind, tuple[float, float] | None] = {
    "pass_fail": (0.0, 1.0), "graded": (0.0, 1.0), "bounded": (0.0, 1.0), "error": None,
}  # fmt: skip
OF_RIGHT_AND_WRONG = {"mcnemar", "melded", "tango"}
RARE_LOSSES = np.array([0.01 * step for step in range(1, 50)] + [0.0])
"""Of A alone: small gains, and not one of the losses that may come."""


@st.composite
def scores(draw: st.DrawFn, kind: ScoreKind) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Few and many, equal and not, skewed, of few steps: (2, n)."""
    n = draw(st.integers(1, 40))
    values = st.sampled_from([0.0, 1.0])
    if kind == "graded":
        values = st.sampled_from([0.0, 0.5, 1.0])
    elif kind != "pass_fail":
        values = st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0])
    rows = [draw(st.lists(values, min_size=n, max_size=n)) for _ in range(2)]
    return np.array(rows[0]), np.array(rows[1])


def contains(outer: Interval, inner: Interval) -> bool:
    return outer.low <= inner.low and inner.high <= outer.high


@st.composite
def questions(draw: st.DrawFn) -> tuple[PairedComparison, PairedComparison]:
    """Any methods of any kind of score on any scores, and the usual ones on the same."""
    kind = draw(st.sampled_from(sorted(BOUNDS)))
    test, interval = draw(st.sampled_from(list(TESTS))), draw(st.sampled_from(list(INTERVALS)))
    of = "pass_fail" if {test, interval} & OF_RIGHT_AND_WRONG else kind
    a, b = draw(scores(of))
    bounds, confidence = BOUNDS[kind], draw(st.sampled_from([0.5, 0.9, 0.95, 0.999]))
    usual = compare_scores(a, b, kind, bounds=bounds, confidence=confidence)
    asked = compare_scores(
        a, b, kind, bounds=bounds, confidence=confidence, test=test, interval=interval
    )
    return usual, asked


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(questions())
def test_a_guarded_interval_holds_both_and_leaves_out_0_only_where_the_usual_one_does(
    question: tuple[PairedComparison, PairedComparison],
) -> None:
    """So it holds the truth at least as often as the usual one, whatever was asked for."""
    usual, asked = question
    shown, least = asked.difference.interval, usual.difference.interval
    if asked.choice.interval_guard is None:
        assert asked.alone is None or asked.alone.difference is None
        return

    assert asked.difference.estimate == usual.difference.estimate
    assert (shown is None) == (least is None)
    assert (shown is None) == (asked.difference.reason is not None)
    if shown is None or least is None:
        return
    assert contains(shown, least)
    assert asked.alone is not None
    assert asked.alone.difference is not None
    alone = asked.alone.difference.interval
    assert alone is None or contains(shown, alone)
    if shown.low > 0 or shown.high < 0:
        assert least.low > 0 or least.high < 0


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(questions())
def test_a_guarded_p_value_is_at_least_the_usual_one_and_the_one_asked_for(
    question: tuple[PairedComparison, PairedComparison],
) -> None:
    """So it is below 5 % no more often than the usual one."""
    usual, asked = question
    if asked.choice.test_guard is None:
        assert asked.alone is None or asked.alone.test is None
        return

    assert usual.test.p_value is not None
    assert asked.test.p_value is not None
    assert asked.alone is not None
    assert asked.alone.test is not None
    assert asked.test.p_value == max(usual.test.p_value, asked.alone.test.p_value or 0.0)


@pytest.mark.parametrize("kind", get_args(ScoreKind))
def test_what_is_guarded_is_of_the_mean_or_of_the_share(kind: ScoreKind) -> None:
    """Ranks, medians and quantiles are not; sign and flips are McNemar's of 0 and 1."""
    test_guard: TestName = "mcnemar" if kind == "pass_fail" else "adjusted_t"
    interval_guard: IntervalName = "melded" if kind == "pass_fail" else "adjusted_t"
    free = {"adjusted_t", "wilcoxon", "sign", "quantile"}
    if kind == "pass_fail":
        free = {"mcnemar", "permutation", "sign", "quantile"}

    for test in get_args(TestName):
        found = choose_method(kind, test=test)
        assert found.test_guard == (None if test in free else test_guard)
        assert ("more careful" in found.test_name) == (test not in free)
    for interval in get_args(IntervalName):
        found = choose_method(kind, interval=interval)
        is_free = interval in {interval_guard, "median", "quantile"}
        assert found.interval_guard == (None if is_free else interval_guard)


def test_what_nobody_asked_for_has_no_guard_and_nothing_beside_it() -> None:
    """Asking for the usual methods by name is asking for nothing."""
    a, b = RARE_LOSSES, np.zeros(50)
    usual = compare_scores(a, b, "bounded", bounds=(0, 1))

    assert usual.alone is None
    assert usual == compare_scores(
        a, b, "bounded", bounds=(0, 1), test="adjusted_t", interval="adjusted_t"
    )
    ranks = compare_scores(a, b, "bounded", bounds=(0, 1), test="wilcoxon", interval="median")
    assert (ranks.alone, ranks.test) == (None, signed_rank_test(a))
    assert ranks.difference == quantile_interval(a, 0.5)
    assert compare_scores(a, b, "bounded", test="sign").test == sign_test(a)


@pytest.mark.parametrize("interval", ["t", "percentile", "bca", "studentized"])
def test_rare_losses_that_were_not_seen_are_guarded_against(interval: IntervalName) -> None:
    """Fifty gains and no loss: what was asked for alone is sure, and what is shown is less so."""
    found = compare_scores(
        RARE_LOSSES - 0.2, np.zeros(50), "bounded", bounds=(0, 1), test="t", interval=interval
    )
    assert found.alone is not None
    assert found.alone.difference is not None
    assert found.alone.test is not None
    alone, shown = found.alone.difference.interval, found.difference.interval
    assert alone is not None
    assert shown is not None

    assert alone.low > 0 >= shown.low
    assert (found.alone.test.p_value or 1) <= 0.05 < (found.test.p_value or 0)


def test_where_the_usual_method_has_no_interval_none_is_shown_with_its_reason() -> None:
    """Nothing holds the other one to anything; it stands alone."""
    one = compare_scores([1.0], [0.0], "graded", bounds=(0, 1), interval="melded")

    assert one.difference.interval is None
    assert one.difference.reason == "one pair alone shows no spread"
    assert one.alone is not None
    assert one.alone.difference is not None
    assert one.alone.difference.interval is not None


def test_where_the_asked_method_says_nothing_the_usual_one_stands() -> None:
    """Thirty equal differences show no spread to t; bounds leave room for others."""
    found = compare_scores(
        [0.75] * 30, [0.5] * 30, "bounded", bounds=(0, 1), test="t", interval="t"
    )
    usual = compare_scores([0.75] * 30, [0.5] * 30, "bounded", bounds=(0, 1))

    assert found.difference.interval == usual.difference.interval is not None
    assert (found.difference.reason, found.test) == (None, usual.test)
    assert found.alone is not None
    assert found.alone.test is not None
    assert found.alone.difference is not None
    assert (found.alone.test.p_value, found.alone.difference.interval) == (None, None)
    assert found.alone.test.reason == found.alone.difference.reason is not None


def test_the_outer_limits_may_be_one_of_each() -> None:
    """Neither holds the other: the interval reaches from the one's low to the other's high."""
    usual = Estimate(1.0, Interval(0.0, 2.0, 0.95), "usual", 9)
    asked = Estimate(1.0, Interval(0.5, 3.0, 0.95), "asked", 9)

    found = more_careful_interval(usual, asked, "both")

    assert (found.interval, found.method) == (Interval(0.0, 3.0, 0.95), "both")


@pytest.mark.parametrize(
    ("of_usual", "of_asked", "expected"),
    [(0.2, 0.1, 0.2), (0.1, 0.2, 0.2), (0.1, None, 0.1), (None, 0.1, None)],
)
def test_the_greater_p_value_counts(
    of_usual: float | None, of_asked: float | None, expected: float | None
) -> None:
    """Of a usual test without one, there is none."""
    usual = Significance(of_usual, None, "usual", 9)
    asked = Significance(of_asked, None, "asked", 9)

    assert more_careful_test(usual, asked).p_value == expected
