"""Compared entries in order: what a first page shows is what the whole order begins with."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_contracts.compared_entries import EntryOrder, EntrySort, Only
from runoff_objects.arrays import Texts, pack
from runoff_objects.errors import BadArrays
from runoff_query.compared.kept import Kept
from runoff_query.compared.order import Wanted, change_of, ordered
from runoff_query.compared.table import Codes, EntriesTable

NAN = float("nan")


def a_table(scores: list[list[float]], **changes: Any) -> EntriesTable:
    values = np.array(scores, dtype=np.float64)
    n_contenders, n = values.shape
    fields: dict[str, Any] = {
        "index": np.tile(np.arange(n, dtype=np.int32), (n_contenders, 1)),
        "entry_ids": Texts.of([f"e{place}" for place in range(n)]),
        "scores": {"accuracy": values},
        "higher_is_better": {"map_50": True, "accuracy": True},
        "difference": np.zeros(n),
        "confidence_difference": np.full(n, NAN),
        "section": None,
        "split": None,
        "contenders": [("run", place) for place in range(n_contenders)],
        "baseline": 0,
        "n_bytes": 0,
    }
    return EntriesTable(**(fields | changes))


def wanted(**changes: Any) -> Wanted:
    fields: dict[str, Any] = {
        "sort": "change",
        "order": "desc",
        "metric": "accuracy",
        "higher_is_better": True,
        "contender": 1,
        "versus": 0,
    }
    return Wanted(**(fields | changes))


TABLE = a_table(
    [[1, 0, 1, NAN, 0.5, 1], [0, 1, 1, 1, 0.25, 1]],
    difference=np.array([1, 1, 0, NAN, 0, 0.5]),
    confidence_difference=np.array([0.1, NAN, 0.3, 0.2, 0.2, 0]),
    section=Codes(["day", "night"], np.array([0, 1, 1, -1, 0, 0], dtype=np.int32)),
)


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({}, [0, 1, 4, 2, 5, 3]),
        ({"order": "asc"}, [2, 5, 4, 0, 1, 3]),
        ({"higher_is_better": False}, [1, 0, 4, 2, 5, 3]),
        ({"contender": 0, "versus": 1}, [1, 0, 4, 2, 5, 3]),
        ({"sort": "index", "order": "asc"}, [0, 1, 2, 3, 4, 5]),
        ({"sort": "index"}, [5, 4, 3, 2, 1, 0]),
        ({"sort": "difference"}, [0, 1, 5, 2, 4, 3]),
        ({"sort": "confidence"}, [2, 3, 4, 0, 5, 1]),
        ({"only": "regressions"}, [0, 4]),
        ({"only": "improvements"}, [1]),
        ({"only": "regressions", "higher_is_better": False}, [1]),
        ({"only": "ties", "sort": "index", "order": "asc"}, [2, 5]),
        ({"only": "disagreements", "sort": "index", "order": "asc"}, [0, 1, 5]),
        ({"section": "night"}, [1, 2]),
        ({"section": "dusk"}, []),
        ({"split": "test"}, []),
        ({"metric": None, "only": "regressions"}, []),
        ({"metric": None}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_entries_are_ordered_and_filtered(asked: dict[str, Any], places: list[int]) -> None:
    """The largest change first, of equal ones the losses; what has no value stands last."""
    found = ordered(TABLE, wanted(**asked))

    assert found.places.tolist() == places
    assert found.n_matching == len(places)


values = st.one_of(st.just(NAN), st.sampled_from([0.0, 1.0]), st.floats(-1e6, 1e6))


@given(
    scores=st.integers(1, 60).flatmap(
        lambda n: st.lists(st.lists(values, min_size=n, max_size=n), min_size=2, max_size=2)
    ),
    sort=st.sampled_from(get_args(EntrySort)),
    order=st.sampled_from(get_args(EntryOrder)),
    only=st.sampled_from([None, *get_args(Only)]),
    n=st.integers(0, 61),
)
def test_the_first_entries_are_those_that_the_whole_order_begins_with(
    scores: list[list[float]], sort: EntrySort, order: EntryOrder, only: Only | None, n: int
) -> None:
    """So that page two goes on where page one ended, whichever way each was made."""
    table = a_table(
        scores, difference=np.array(scores[0]), confidence_difference=np.array(scores[1])
    )
    asked = wanted(sort=sort, order=order, only=only)

    whole, first = ordered(table, asked), ordered(table, asked, n=n)

    assert first.places.tolist() == whole.places[:n].tolist()
    assert first.n_matching == whole.n_matching == len(set(whole.places.tolist()))
    if sort == "change":
        sizes = np.abs(change_of(table, asked, whole.places))
        known = sizes[~np.isnan(sizes)]
        steps = np.diff(known) if order == "asc" else -np.diff(known)
        assert np.isnan(sizes[len(known) :]).all()
        assert (steps >= -1e-9 * np.maximum(known[1:], 1)).all()


def test_a_table_is_read_from_its_object() -> None:
    """As it was packed; metrics without scores of entries are not offered."""
    content = pack(
        {
            "index": TABLE.index,
            "score.accuracy": TABLE.scores["accuracy"],
            "difference": TABLE.difference,
            "confidence_difference": TABLE.confidence_difference,
            "by.section": np.array([0, 1, 1, -1, 0, 0], dtype=np.int32),
            **Texts.of(["day", "night"]).arrays("values.section"),
            **Texts.of(["a", "b", "c", "d", "e", "ü"]).arrays("entry_ids"),
        },
        {
            "contenders": [{"run_id": "r", "position": 0}, {"run_id": "s", "position": 3}],
            "metrics": [
                {"name": "map_50", "higher_is_better": True},
                {"name": "accuracy", "higher_is_better": True},
            ],
            "baseline": 1,
        },
    )
    table = EntriesTable.from_bytes(content)

    assert (table.n_entries, table.n_contenders, table.baseline) == (6, 2, 1)
    assert table.contenders == [("r", 0), ("s", 3)]
    assert table.metrics == ["accuracy"]
    assert table.entry_ids[5] == "ü"
    assert ordered(table, wanted(section="night")).places.tolist() == [1, 2]
    for damaged in (content[:100], b"", pack({}, {})):
        with pytest.raises(BadArrays):
            EntriesTable.from_bytes(damaged)


async def test_who_asks_at_once_waits_for_one_reading() -> None:
    """Sixteen readers of one large table read it once; what is not used any more is dropped."""
    kept, made, go = (
        Kept[int](max_bytes=10, size_of=lambda value: value),
        list[str](),
        asyncio.Event(),
    )

    async def make(name: str, size: int) -> int:
        made.append(name)
        await go.wait()
        return size

    waiting = [asyncio.ensure_future(kept.get("a", lambda: make("a", 6))) for _ in range(16)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    go.set()
    found = await asyncio.gather(*waiting[1:])
    await kept.get("b", lambda: make("b", 5))
    await kept.get("b", lambda: make("b", 5))
    await kept.get("a", lambda: make("a", 100))

    assert (set(found), made) == ({6}, ["a", "b", "a"])
    assert kept.n_bytes == 100


async def test_a_reading_that_failed_is_made_again() -> None:
    """The store may be back."""
    kept = Kept[int](max_bytes=10, size_of=lambda value: value)

    async def fail() -> int:
        raise BadArrays("damaged")

    async def succeed() -> int:
        return 1

    with pytest.raises(BadArrays):
        await kept.get("a", fail)

    assert await kept.get("a", succeed) == 1


async def test_what_was_begun_for_those_who_may_ask_is_not_made_again() -> None:
    """Whoever asks meanwhile waits for it; a failure is nobody's until somebody asks."""
    kept, made = Kept[int](max_bytes=10, size_of=lambda value: value), list[str]()

    async def make() -> int:
        made.append("made")
        await asyncio.sleep(0)
        return 3

    async def fail() -> int:
        raise BadArrays("damaged")

    kept.begin("a", make)
    kept.begin("a", make)
    found = [await kept.get("a", make)]
    kept.begin("a", make)
    kept.begin("b", fail)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    found.append(await kept.get("b", make))

    assert (found, made) == ([3, 3], ["made", "made"])
