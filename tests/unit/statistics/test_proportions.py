"""The interval of one proportion: what it promises, and what it refuses."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runoff_statistics import InvalidCount, InvalidProbability, NoEntries, wilson_interval


@st.composite
def proportions(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 5_000))
    return draw(st.integers(0, n)), n


@settings(max_examples=30)
@given(proportions(), st.floats(0.01, 0.999))
def test_the_interval_holds_the_estimate_and_stays_in_range(
    proportion: tuple[int, int], confidence: float
) -> None:
    """A page draws the estimate inside its bar, so it has to be there."""
    n_correct, n = proportion

    interval = wilson_interval(n_correct, n, confidence)

    assert 0 <= interval.low <= n_correct / n <= interval.high <= 1


@settings(max_examples=30)
@given(proportions())
def test_wrong_answers_have_the_mirrored_interval(proportion: tuple[int, int]) -> None:
    """Whether one counts right or wrong answers is only a way of speaking."""
    n_correct, n = proportion

    right, wrong = wilson_interval(n_correct, n), wilson_interval(n - n_correct, n)

    assert math.isclose(right.low, 1 - wrong.high, abs_tol=1e-12)


@settings(max_examples=30)
@given(proportions(), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_more_confidence_never_narrows_the_interval(
    proportion: tuple[int, int], one: float, other: float
) -> None:
    """To be surer, one has to say less."""
    low, high = sorted((one, other))

    narrow, wide = wilson_interval(*proportion, low), wilson_interval(*proportion, high)

    assert wide.low <= narrow.low + 1e-12
    assert narrow.high <= wide.high + 1e-12


@pytest.mark.parametrize("n_correct", [0, 10])
def test_all_or_none_correct_still_leaves_doubt(n_correct: int) -> None:
    """The textbook interval has no width here, and claims certainty from ten entries."""
    interval = wilson_interval(n_correct, 10)

    assert interval.high - interval.low > 0.25


def test_no_entries_have_no_interval() -> None:
    """An empty section is shown as missing, not as 0 % or as 0 to 100 %."""
    with pytest.raises(NoEntries, match="at least one entry"):
        wilson_interval(0, 0)


@pytest.mark.parametrize(
    ("n_correct", "n"), [(-1, 5), (6, 5), (0, -1), (2.5, 5), (2.0, 5), (math.nan, 5), (1, "5")]
)
def test_what_is_no_count_is_refused(n_correct: int, n: int) -> None:
    """A float here is a rate or a sum of scores that was passed by mistake."""
    with pytest.raises(InvalidCount):
        wilson_interval(n_correct, n)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, math.nan])
def test_what_is_no_confidence_is_refused(confidence: float) -> None:
    """95 for 0.95 is the likeliest slip."""
    with pytest.raises(InvalidProbability, match="confidence must be a number above 0 and below 1"):
        wilson_interval(3, 5, confidence)
