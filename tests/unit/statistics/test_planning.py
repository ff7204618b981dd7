"""Planning: power, entries and detectable difference are one formula solved for each."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runoff_statistics import (
    InvalidCount,
    InvalidNumber,
    InvalidProbability,
    NoEntries,
    PairedTable,
    Spread,
    detectable_difference,
    detectable_mean_difference,
    entries_for_mean,
    entries_for_proportions,
    power_of_mean,
    power_of_proportions,
    proportions_within_margin,
)

few = settings(max_examples=25, deadline=None)
powers = st.floats(0.55, 0.99)


@few
@given(st.floats(0.01, 1), st.floats(0.05, 1), powers)
def test_the_entries_asked_for_have_the_power_and_one_less_has_not(
    discordance: float, part: float, power: float
) -> None:
    """For two accuracies."""
    difference = discordance * part

    n = entries_for_proportions(difference, discordance, power=power)

    if n > 1 and discordance - difference**2 > 1e-9:
        assert power_of_proportions(n, difference, discordance) >= power - 1e-9
        assert power_of_proportions(n - 1, difference, discordance) < power + 1e-9
    seen = detectable_difference(n, discordance, power=power)
    if seen is not None:
        assert seen <= difference * (1 + 1e-9)


@few
@given(st.floats(0.01, 5), powers)
def test_the_same_holds_of_means(effect: float, power: float) -> None:
    """For a t test on differences with a standard deviation of 0.3."""
    for spread in (Spread(0.3), Spread(0.3, bounds=(-2, 2)), Spread(0.3, test="t")):
        n = entries_for_mean(0.3 * effect, spread, power=power)

        assert power_of_mean(n, 0.3 * effect, spread) >= power
        if n > 2:
            assert power_of_mean(n - 1, 0.3 * effect, spread) < power
        seen = detectable_mean_difference(n, spread, power=power)
        assert seen is not None
        assert seen <= 0.3 * effect * (1 + 1e-9)


@few
@given(st.integers(2, 1_000_000), powers)
def test_the_detectable_mean_difference_has_the_power(n: int, power: float) -> None:
    """Across the change from noncentral t to normal at 100,000."""
    seen = detectable_mean_difference(n, Spread(2.0), power=power)

    assert seen is not None
    assert power_of_mean(n, seen, Spread(2.0)) == pytest.approx(power, abs=1e-9)


def test_two_points_at_a_tenth_discordance_by_hand() -> None:
    """((1.96 √0.1 + 0.8416 √(0.1 - 0.0004)) / 0.02)² = 1959.9, and 2 / 0.02 for the exact test."""
    assert entries_for_proportions(0.02, 0.1) == 2_060


def test_where_every_entry_is_discordant_one_way_power_is_all_or_nothing() -> None:
    """A right and B wrong throughout: six tosses of a coin show it, five have p = 0.0625."""
    assert power_of_proportions(6, 1.0, 1.0) == 1.0
    assert power_of_proportions(5, 1.0, 1.0) == 0.0


counts = st.integers(0, 200)


@few
@given(counts, counts, st.integers(1, 400), st.sampled_from([0.02, 0.05, 0.2]))
def test_equivalence_of_accuracies_is_the_interval_within_the_margin(
    only_a: int, only_b: int, agreed: int, margin: float
) -> None:
    """The melded interval is made of the melded test: both say the same, and swapping mirrors."""
    found = proportions_within_margin(PairedTable(agreed, only_a, only_b, 0), margin)
    swapped = proportions_within_margin(PairedTable(agreed, only_b, only_a, 0), margin)

    assert found.interval is not None
    assert found.equivalent == (-margin < found.interval.low and found.interval.high < margin)
    assert found.not_inferior == (-margin < found.interval.low)
    assert swapped.p_equivalent == pytest.approx(found.p_equivalent, abs=1e-12)


def test_few_entries_within_bounds_may_show_nothing() -> None:
    """Not even a difference as large as there is: two entries are all that was seen."""
    assert detectable_mean_difference(2, Spread(0.1, bounds=(-1, 1))) is None


def test_no_difference_found_is_not_equality() -> None:
    """Ten entries without any disagreement do not show 'within two points'; 10,000 do."""
    assert not proportions_within_margin(PairedTable(10, 0, 0, 0), 0.02).equivalent
    assert proportions_within_margin(PairedTable(10_000, 0, 0, 0), 0.02).equivalent


def test_nonsense_is_refused() -> None:
    """Each argument by its own name."""
    with pytest.raises(InvalidNumber, match="difference"):
        entries_for_proportions(0.2, 0.1)
    with pytest.raises(InvalidNumber, match="difference"):
        power_of_proportions(10, math.nan, 0.1)
    with pytest.raises(NoEntries):
        power_of_proportions(0, 0.1, 0.1)
    with pytest.raises(NoEntries):
        power_of_mean(1, 0.1, Spread(0.1))
    with pytest.raises(NoEntries):
        detectable_mean_difference(1, Spread(0.1))
    with pytest.raises(InvalidNumber, match="sd"):
        Spread(0)
    with pytest.raises(InvalidProbability, match="power"):
        entries_for_mean(0.1, Spread(0.1), power=0.5)
    with pytest.raises(InvalidCount, match="entries needed"):
        entries_for_mean(1e-9, Spread(1.0))
    with pytest.raises(InvalidNumber, match="margin"):
        proportions_within_margin(PairedTable(1, 0, 0, 0), 1.0)
    with pytest.raises(InvalidProbability, match="alpha"):
        proportions_within_margin(PairedTable(1, 0, 0, 0), 0.1, alpha=0.5)
    with pytest.raises(NoEntries):
        proportions_within_margin(PairedTable(0, 0, 0, 0), 0.1)
