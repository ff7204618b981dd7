"""Cells of a run at a glance: how many entries one stands for, and what it says of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_query.api.run_cells import MAX_CELLS, Cells


@given(st.integers(1, 2_000_000))
def test_every_entry_has_a_cell_and_there_are_few(n_entries: int) -> None:
    """However many entries there are; no cell is empty."""
    cells = Cells.of(n_entries)
    sizes = [cells.size(cell) for cell in range(len(cells.processed))]
    assert sum(sizes) == n_entries
    assert min(sizes) >= 1
    assert len(sizes) <= MAX_CELLS


@pytest.mark.parametrize(
    ("processed", "failed", "told", "first_open"),
    [
        ([0, 0, 0], [0, 0, 0], "...", 0),
        ([3, 1, 0], [0, 0, 0], "+-.", 1),
        ([3, 3, 1], [0, 1, 0], "+x+", 3),
        ([1, 3, 1], [1, 0, 0], "x++", 0),
    ],
)
def test_a_cell_says_the_worst_of_its_entries(
    processed: list[int], failed: list[int], told: str, first_open: int
) -> None:
    """The last one stands for fewer; reading goes on where an entry is missing."""
    cells = Cells(n_entries=7, per_cell=3, processed=processed, failed=failed)
    assert (cells.told(), cells.first_open) == (told, first_open)
