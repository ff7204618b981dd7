"""The small squares of a card, the order of a table's columns, and which comparison is picked."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from runoff_contracts.compared import Certainty
from runoff_contracts.finding_views import RunGrid
from runoff_contracts.views import ComparisonSummary
from runoff_web.charts.cells import cells_map
from runoff_web.params import RunsParams
from runoff_web.picking import pick
from runoff_web.run_columns import heads_of


def a_grid(cells: str, per_cell: int = 1) -> RunGrid:
    n = len(cells) * per_cell
    return RunGrid(run_id="r", n_entries=n, per_cell=per_cell, cells=cells, furthest=None)


@given(st.text("+-x.", max_size=400))
def test_every_cell_is_drawn_once_in_the_path_of_its_state(cells: str) -> None:
    """400 cells are four paths at most, within the picture."""
    drawn = etree.fromstring(str(cells_map(a_grid(cells))))
    width = float(drawn.get("viewBox", "").split()[2])
    counted = {}
    for path in drawn.iter("path"):
        strokes = re.findall(r"M(\d+) [\d.]+h(\d+)", path.get("d", ""))
        assert all(int(x) + int(length) <= width for x, length in strokes)
        counted[path.get("class")] = sum((int(length) + 1) // 8 for _, length in strokes)
    states = {"answered": "+", "failed": "x", "part": "-", "pending": "."}
    assert counted == {name: cells.count(s) for name, s in states.items() if s in cells}


def test_squares_say_in_words_what_they_show() -> None:
    """Whoever does not see them hears it."""
    assert "1 of 3 cells done, a cell is 50 entries, 1 with failed" in str(
        cells_map(a_grid("+x.", 50))
    )


def head(params: RunsParams, name: str) -> tuple[str, str]:
    found = next(each for each in heads_of(params) if each.column.name == name)
    return found.href, found.sorted


def test_a_head_sorts_and_a_second_click_sorts_the_other_way_round() -> None:
    """By an address, which drops the place in the list."""
    plain = RunsParams(q="a", cursor="x")
    assert head(plain, "created") == ("?q=a&sort=created_at&dir=asc", "descending")
    assert head(plain, "score") == ("?q=a&sort=metrics.accuracy", "")
    assert head(plain, "name") == ("?q=a&sort=alias&dir=asc", "")
    by_score = RunsParams(sort="metrics.accuracy")
    assert head(by_score, "score") == ("?sort=metrics.accuracy&dir=asc", "descending")
    assert head(by_score, "created") == ("?", "")
    assert head(plain, "labels") == ("", "")


def compared(*certainties: Certainty) -> list[ComparisonSummary]:
    return [
        ComparisonSummary(
            digest=f"sha256:{place}",
            run_ids=[],
            dataset="d",
            models=["a/b", "c/d"],
            task="text",
            measure="accuracy",
            winners=[0],
            certainty=each,
            verdict="v",
            computed_at=datetime(2026, 11, 22, tzinfo=UTC),
        )
        for place, each in enumerate(certainties)
    ]


@pytest.mark.parametrize(
    ("certainties", "digest", "reason"),
    [
        (["tie", "separable"], "sha256:1", "1 newer tells nothing"),
        (["separable", "separable"], "sha256:0", "the newest"),
        (["not_separable", *["tie"] * 5, "separable"], "sha256:0", "more entries may tell"),
    ],
)
def test_the_comparison_that_tells_most_is_picked_and_the_reason_is_said(
    certainties: list[Certainty], digest: str, reason: str
) -> None:
    """A decided one among the newest goes before newer ones that tell nothing."""
    found = pick(compared(*certainties))
    assert found is not None
    assert found.comparison.digest == digest
    assert reason in found.reason


def test_where_nothing_was_compared_nothing_is_picked() -> None:
    """The page then says what would make a comparison."""
    assert pick([]) is None
