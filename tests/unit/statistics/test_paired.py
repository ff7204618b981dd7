"""The paired comparison of two models: symmetry, edges, refusals."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from runoff_statistics import (
    InvalidCount,
    InvalidProbability,
    NoEntries,
    PairedTable,
    UnpairedOutcomes,
    mcnemar_p_value,
    paired_difference,
    paired_table,
)

counts = st.integers(0, 400)
tables = st.builds(PairedTable, counts, counts, counts, counts).filter(lambda table: table.n > 0)


def swapped(table: PairedTable) -> PairedTable:
    return PairedTable(table.both_right, table.only_b, table.only_a, table.both_wrong)


def test_the_table_counts_each_kind_of_entry() -> None:
    """One entry each of three kinds, two of the fourth, in mixed order."""
    a = np.array([True, False, True, False, True])
    b = np.array([True, True, False, False, False])

    table = paired_table(a, b)

    assert table == PairedTable(both_right=1, only_a=2, only_b=1, both_wrong=1)
    assert (table.n, table.n_discordant) == (5, 3)


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (np.array([1.0, math.nan]), np.array([True, True]), "a holds float64"),
        (np.array([True, True]), np.array([0, 1]), "b holds int64"),
        (np.array([True]), np.ma.array([True], mask=[True]), "b has masked entries"),
        (np.array([[True]]), np.array([[True]]), "shape"),
        (np.array([True]), np.array([True, False]), "a has 1 entries and b has 2"),
    ],
)
def test_outcomes_that_are_not_pairs_are_refused(
    a: NDArray[np.bool_],
    b: NDArray[np.bool_],
    reason: str,
) -> None:
    """NaN would become True, and unequal lengths pair entries that have nothing in common."""
    with pytest.raises(UnpairedOutcomes, match=reason):
        paired_table(a, b)


def test_counts_of_numpy_become_plain_ints() -> None:
    """Four counts of 200 in one byte each would otherwise add up to 32."""
    table = PairedTable(*np.array([200, 200, 200, 200], dtype=np.uint8))

    assert table.n == 800


@pytest.mark.parametrize("count", [-1, 1.5, math.nan, None])
def test_what_is_no_count_is_refused(count: int) -> None:
    """The message names the cell."""
    with pytest.raises(InvalidCount, match="only_b"):
        PairedTable(1, 1, count, 1)


@settings(max_examples=30)
@given(tables, st.floats(0.01, 0.999))
def test_the_interval_holds_the_estimate_and_stays_in_range(
    table: PairedTable, confidence: float
) -> None:
    """A difference of two proportions lies within -1 to 1, and so does what is said of it."""
    difference = paired_difference(table, confidence)

    low, high = difference.interval.low, difference.interval.high
    assert -1 <= low <= difference.estimate <= high <= 1


@settings(max_examples=30)
@given(tables)
def test_swapping_the_models_only_changes_the_sign(table: PairedTable) -> None:
    """Which one is called A is the reader's choice; nothing may hang on it."""
    there, back = paired_difference(table), paired_difference(swapped(table))

    assert back.estimate == -there.estimate
    assert (back.interval.low, back.interval.high) == (-there.interval.high, -there.interval.low)
    assert mcnemar_p_value(swapped(table)) == mcnemar_p_value(table)


@settings(max_examples=30)
@given(tables, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_more_confidence_never_narrows_the_interval(
    table: PairedTable, one: float, other: float
) -> None:
    """To be surer, one has to say less."""
    low, high = sorted((one, other))

    narrow = paired_difference(table, low).interval
    wide = paired_difference(table, high).interval

    assert wide.low <= narrow.low + 1e-12
    assert narrow.high <= wide.high + 1e-12


@settings(max_examples=30)
@given(tables)
def test_how_the_agreed_entries_split_says_nothing(table: PairedTable) -> None:
    """Only the entries on which the models disagree bear on the difference, and n."""
    all_right = PairedTable(
        table.both_right + table.both_wrong, table.only_a, table.only_b, both_wrong=0
    )

    assert paired_difference(all_right) == paired_difference(table)


@settings(max_examples=30)
@given(tables)
def test_the_p_value_is_a_probability(table: PairedTable) -> None:
    """The two-sided doubling of some formulas can pass 1."""
    assert 0 < mcnemar_p_value(table) <= 1


@pytest.mark.parametrize("n", [1, 10, 1000])
def test_models_that_never_differ_may_still_differ_a_little(n: int) -> None:
    """n agreements rule out large differences only; Clopper and Pearson's limit of 0 in n."""
    table = PairedTable(both_right=n, only_a=0, only_b=0, both_wrong=0)

    difference = paired_difference(table)

    assert difference.estimate == 0
    assert difference.interval.high == pytest.approx(1 - 0.025 ** (1 / n), abs=1e-12)
    assert mcnemar_p_value(table) == 1


@pytest.mark.parametrize("n", [1, 10, 1000])
def test_a_model_that_always_wins_is_not_sure_to(n: int) -> None:
    """The interval ends at 1; both shares start at 0.025 to the 1/n, their product lower still."""
    difference = paired_difference(PairedTable(0, only_a=n, only_b=0, both_wrong=0))

    assert difference.estimate == 1
    assert difference.interval.high == 1
    both = 1 - 2 * (1 - 0.025 ** (1 / n))
    assert 2 * both - 1 < difference.interval.low < both + 1e-12


def test_a_single_discordant_entry_decides_nothing() -> None:
    """One toss of a coin, whichever side."""
    table = PairedTable(both_right=9, only_a=1, only_b=0, both_wrong=0)

    assert mcnemar_p_value(table) == 1
    assert paired_difference(table).interval.low < 0


@pytest.mark.parametrize("question", [paired_difference, mcnemar_p_value])
def test_no_entries_give_no_answer(question: Callable[[PairedTable], object]) -> None:
    """Not even p = 1: nothing was compared."""
    with pytest.raises(NoEntries):
        question(PairedTable(0, 0, 0, 0))


@pytest.mark.parametrize("confidence", [0, 1, 95, math.nan])
def test_what_is_no_confidence_is_refused(confidence: float) -> None:
    """95 for 0.95 is the likeliest slip."""
    with pytest.raises(InvalidProbability):
        paired_difference(PairedTable(1, 1, 1, 1), confidence)
