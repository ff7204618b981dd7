"""A comparison that is watched: whatever the batches, the same bits; decided once, for good."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runoff_statistics import AnytimeDifference, InvalidNumber, InvalidProbability
from runoff_statistics.sequential import Decision


def watched(differences: object, *cuts: int, largest: float = 1.0) -> AnytimeDifference:
    comparison = AnytimeDifference(largest=largest)
    for part in np.split(np.asarray(differences, dtype=float), sorted(cuts)):
        comparison.update(part)
    return comparison


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=80),
    st.lists(st.integers(0, 80), max_size=5),
)
def test_batches_change_no_bit(differences: list[float], cuts: list[int]) -> None:
    """Slices come back as they are done; the verdict may not hang on how many at once."""
    once = watched(differences)
    often = watched(differences, *[min(cut, len(differences)) for cut in cuts])

    assert often.interval() == once.interval()
    assert often.test() == once.test()
    assert often.n == len(differences)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=1, max_size=200))
def test_interval_and_e_value_tell_one_story_and_swap(differences: list[float]) -> None:
    """It holds the estimate, mirrors, and p falls to 5 % when the interval leaves out 0."""
    there, back = watched(differences), watched([-each for each in differences])

    estimate = there.interval()
    interval, mirrored = estimate.interval, back.interval().interval
    p_value = there.test().p_value
    assert interval is not None
    assert mirrored is not None
    assert p_value is not None
    assert estimate.estimate is not None
    assert -1 <= interval.low <= estimate.estimate <= interval.high <= 1
    assert (mirrored.low, mirrored.high) == pytest.approx((-interval.high, -interval.low))
    assert 0 < p_value <= 1
    if interval.low > 1e-9 or interval.high < -1e-9:
        assert p_value <= 0.05 + 1e-9
    assert back.test().p_value == pytest.approx(p_value)


@pytest.mark.parametrize(
    ("shares", "decision"),
    [
        ((0.30, 0.10), "a_better"),
        ((0.10, 0.30), "b_better"),
        ((0.02, 0.02), "equivalent"),
    ],
)
def test_it_decides_and_says_what(shares: tuple[float, float], decision: Decision) -> None:
    """10,000 entries are plenty for 20 points, and for 'within 2 points' at 4 % discordance."""
    for_a, for_b = shares
    given_differences = np.random.default_rng(0).choice(
        [1.0, -1.0, 0.0], p=[for_a, for_b, 1 - for_a - for_b], size=10_000
    )

    comparison = watched(given_differences)

    assert comparison.decision(margin=0.02) == decision


def test_nothing_is_decided_by_a_few_entries() -> None:
    """And never 'equivalent' without a margin."""
    assert watched([]).decision() is None
    assert watched([1.0, 1.0, 1.0]).decision() is None
    assert watched(np.zeros(10_000)).decision() is None
    assert watched(np.zeros(10_000)).decision(margin=0.02) == "equivalent"


def test_scores_of_another_range_are_scaled() -> None:
    """From 0 to 5 stars: the same interval, five times as wide."""
    differences = np.random.default_rng(0).uniform(-1, 1, 300)

    stars, shares = watched(5 * differences, largest=5).interval(), watched(differences).interval()

    assert stars.interval is not None
    assert shares.interval is not None
    assert stars.interval.low == pytest.approx(5 * shares.interval.low)


def test_nonsense_is_refused() -> None:
    """By name."""
    with pytest.raises(InvalidNumber, match="largest"):
        AnytimeDifference(largest=0)
    with pytest.raises(InvalidProbability, match="confidence"):
        AnytimeDifference(confidence=95)
    for margin in (0.0, 1.0, float("nan")):
        with pytest.raises(InvalidNumber, match="margin"):
            AnytimeDifference().decision(margin)
