"""Points of a scatter plot: nobody is lost, whatever the numbers, and many are counted."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from runoff_objects.arrays import Texts, pack
from runoff_query.compared import points
from runoff_query.compared.points import points_of
from runoff_query.compared.table import EntriesTable

PAIRS = arrays.arrays(
    np.float64,
    st.tuples(st.just(2), st.integers(0, 30)),
    elements=st.floats(-1e300, 1e300) | st.just(np.nan) | st.just(np.inf),
)


def table_of(n: int) -> EntriesTable:
    packed = pack(
        {
            "index": np.tile(np.arange(n, dtype=np.int32), (2, 1)),
            "difference": np.zeros(n),
            "confidence_difference": np.zeros(n),
            **Texts.of([f"entry-{place}" for place in range(n)]).arrays("entry_ids"),
        },
        {"contenders": [{"run_id": "r", "position": at} for at in range(2)], "metrics": [],
         "baseline": None},
    )  # fmt: skip
    return EntriesTable.from_bytes(packed)


@given(PAIRS, st.sampled_from(["score", "latency"]))
@settings(deadline=None)
def test_every_entry_with_both_numbers_lies_in_one_cell(
    values: np.ndarray, of: Literal["score", "latency"]
) -> None:
    """Equal ones, huge ones and none at all too; those that miss one are counted nowhere."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(points, "MAX_POINTS", 3)
        found = points_of(
            table_of(values.shape[1]), values, of=of, metric=None, contender=1, versus=0
        )

    assert found.n == int(np.isfinite(values).all(axis=0).sum())
    if found.cells is None:
        assert found.points is not None
        assert len(found.points) == found.n <= 3
    else:
        assert sum(map(sum, found.cells.counts)) == found.n
        assert np.all(np.isfinite(found.cells.x_edges))


def test_a_point_says_whose_it_is() -> None:
    """x is of the one that the other is held against."""
    values = np.array([[0.25, np.nan, 0.5], [0.75, 1.0, 0.0]])
    found = points_of(table_of(3), values, of="score", metric="f1", contender=1, versus=0)

    assert found.points is not None
    assert [(each.entry_id, each.x, each.y) for each in found.points] == [
        ("entry-0", 0.25, 0.75), ("entry-2", 0.5, 0.0)
    ]  # fmt: skip
