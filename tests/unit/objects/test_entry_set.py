"""Entry sets: the same content has the same digest, any change another; rows are found again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from runoff_contracts.run_config import Selection
from runoff_objects.entry_set import (
    CHUNK_ENTRIES,
    EntryRow,
    EntrySet,
    EntrySetWriter,
    count,
    open_entry_set,
    sample,
    select,
    shuffled,
)
from runoff_objects.errors import EmptySelection, ObjectMissing
from runoff_objects.store import Objects

FULL: dict[str, Any] = {
    "id": "img-1",
    "file": "sha256:" + "a" * 64,
    "text": "a text",
    "target": "cat",
    "section": "outdoors",
    "split": "test",
    "metadata": {"lux": 310.5, "tags": ["rain", None]},
}


@pytest.fixture
def objects() -> Objects:
    return Objects.open("memory:///")


async def stored(objects: Objects, rows: Sequence[EntryRow]) -> EntrySet:
    writer = EntrySetWriter(objects)
    await writer.add(rows)
    return await writer.finish()


def numbered(n: int) -> list[EntryRow]:
    return [
        EntryRow(
            id=str(number),
            text=f"text {number}",
            split="test" if number % 3 == 0 else "train",
            section=f"s{number % 7}",
        )
        for number in range(n)
    ]


@pytest.mark.parametrize("n", [1, CHUNK_ENTRIES - 1, CHUNK_ENTRIES, CHUNK_ENTRIES + 1, 2_500])
async def test_rows_come_back_in_order_whatever_their_number(objects: Objects, n: int) -> None:
    """Around the borders of chunks above all."""
    rows = numbered(n)
    entries = await open_entry_set(objects, (await stored(objects, rows)).digest)

    assert entries.n_entries == n
    assert await entries.rows(0, n) == rows
    assert [row async for chunk in entries.every_chunk() for row in chunk] == rows


async def test_any_part_can_be_read(objects: Objects) -> None:
    """Slices start and end anywhere; beyond the end there is nothing."""
    rows = numbered(2_500)
    entries = await stored(objects, rows)

    for start, n in (
        (0, 1),
        (999, 2),
        (1000, 1000),
        (995, 1010),
        (0, 2_500),
        (2_499, 1),
        (2_400, 500),
        (2_500, 10),
        (9_000, 10),
        (1_500, 0),
    ):
        assert await entries.rows(start, n) == rows[start : start + n], (start, n)


async def test_how_rows_are_added_does_not_matter(objects: Objects) -> None:
    """A manifest is read in parts of any size: the dataset is the same."""
    rows = numbered(2_300)
    at_once = await stored(objects, rows)
    writer = EntrySetWriter(objects)
    for start in range(0, len(rows), 7):
        await writer.add(rows[start : start + 7])
    await writer.add([])

    assert (await writer.finish()).digest == at_once.digest


async def test_the_same_rows_have_the_same_digest_elsewhere(objects: Objects) -> None:
    """Two people who register the same dataset speak of the same entries."""
    other = Objects.open("memory:///")
    row = EntryRow(**{**FULL, "metadata": {"b": 1, "a": 2}})
    same = EntryRow(**{**FULL, "metadata": {"a": 2, "b": 1}})

    assert (await stored(objects, [row])).digest == (await stored(other, [same])).digest


async def test_the_digest_of_known_rows_is_known(objects: Objects) -> None:
    """It stands in logs and reports for years: a change of the format must be seen here."""
    entries = await stored(objects, [EntryRow(**FULL), EntryRow(id="img-2")])

    assert entries.digest == (
        "sha256:618a42591fa869e7f22b35a6a65112111e829bacbd99736a8e18844309f9df23"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"id": "img-2"},
        {"file": "sha256:" + "b" * 64},
        {"file": None},
        {"text": "a text "},
        {"text": ""},
        {"text": None},
        {"target": "Cat"},
        {"target": None},
        {"section": "indoors"},
        {"section": None},
        {"split": "train"},
        {"split": None},
        {"metadata": None},
        {"metadata": {}},
        {"metadata": {"lux": 310.5, "tags": ["rain"]}},
        {"metadata": {"lux": 310.50001, "tags": ["rain", None]}},
        {"metadata": {"lux": "310.5", "tags": ["rain", None]}},
        {"metadata": {"lux": 310.5, "tags": ["rain", None], "more": None}},
        {"target": "outdoors", "section": "cat"},
    ],
    ids=str,
)
async def test_any_change_of_any_field_changes_the_digest(
    objects: Objects, change: dict[str, Any]
) -> None:
    """A comparison over two digests that are equal is over the same entries."""
    rows = [EntryRow(id="0"), EntryRow(**FULL), EntryRow(id="9")]
    changed = [rows[0], EntryRow(**{**FULL, **change}), rows[2]]

    assert (await stored(objects, rows)).digest != (await stored(objects, changed)).digest


async def test_the_order_of_rows_counts(objects: Objects) -> None:
    """Places in a run are places in its entry set."""
    rows = numbered(3)

    assert (await stored(objects, rows)).digest != (await stored(objects, rows[::-1])).digest


async def test_splits_and_sections_are_counted(objects: Objects) -> None:
    """Entries without one are in none."""
    entries = await stored(objects, [*numbered(10), EntryRow(id="x")])
    opened = await open_entry_set(objects, entries.digest)

    assert opened.splits == entries.splits == {"test": 4, "train": 6}
    assert sum(opened.sections.values()) == 10
    assert opened.sections["s0"] == 2


async def test_a_selection_is_a_set_of_its_own(objects: Objects) -> None:
    """In the order of the whole, across chunks; every field given must fit."""
    rows = numbered(3_000)
    whole = await stored(objects, rows)

    async def ids(**wanted: Any) -> list[str]:
        part = await select(objects, whole.digest, Selection(**wanted))
        return [row.id for row in await part.rows(0, part.n_entries)]

    assert await ids(split="test") == [row.id for row in rows if row.split == "test"]
    assert await ids(section="s3") == [row.id for row in rows if row.section == "s3"]
    assert await ids(ids=["2999", "0", "1000", "nobody", "0"]) == ["0", "1000", "2999"]
    assert await ids(split="test", section="s3", ids=["3", "10", "24"]) == ["3", "24"]
    assert (await select(objects, whole.digest, Selection())).digest == whole.digest


async def test_a_selection_that_nothing_fits_is_an_error(objects: Objects) -> None:
    """A run over no entries would complete and say nothing."""
    whole = await stored(objects, numbered(5))

    for wanted in (Selection(split="Test"), Selection(ids=["7"]), Selection(section="s1 ")):
        with pytest.raises(EmptySelection):
            await select(objects, whole.digest, wanted)


async def test_an_empty_set_cannot_be_stored(objects: Objects) -> None:
    """A dataset has entries."""
    with pytest.raises(EmptySelection):
        await EntrySetWriter(objects).finish()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=50), st.text(max_size=50), JSON)
async def test_any_text_and_metadata_come_back_as_they_were(
    id_: str, text: str, value: Any
) -> None:
    """Line ends, quotes, control characters, other planes, huge numbers: none is a delimiter."""
    objects = Objects.open("memory:///")
    rows = [EntryRow(id=id_, text=text, target=text, metadata={text: value}), EntryRow(id="next")]
    entries = await open_entry_set(objects, (await stored(objects, rows)).digest)

    assert await entries.rows(0, 2) == rows


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": "x" * 201},
        {"id": "a\ud800"},
        {"id": "a", "file": "../../etc/passwd"},
        {"id": "a", "tagret": "cat"},
    ],
    ids=ascii,
)
def test_a_row_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    """What a row holds ends up in events, subjects and pages."""
    with pytest.raises(ValidationError):
        EntryRow(**wrong)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"], ids=ascii)
async def test_what_json_cannot_say_is_not_stored(objects: Objects, value: object) -> None:
    """It would be read back as something else, under a digest that says it is the same."""
    with pytest.raises(ValueError, match=r"JSON compliant|surrogates"):
        await stored(objects, [EntryRow(id="a", metadata={"x": value})])


async def test_a_set_whose_head_is_missing_is_said(objects: Objects) -> None:
    """The store lost it, or this is another store."""
    with pytest.raises(ObjectMissing):
        await open_entry_set(objects, "sha256:" + "0" * 64)


async def test_ten_times_the_rows_cost_ten_times_the_traffic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Linear in the number of rows: nothing is written or read again and again."""
    n_bytes = n_requests = 0
    put, get = Objects.put, Objects.get

    async def counted_put(self: Objects, content: bytes) -> str:
        nonlocal n_bytes, n_requests
        n_bytes, n_requests = n_bytes + len(content), n_requests + 1
        return await put(self, content)

    async def counted_get(self: Objects, digest: str) -> bytes:
        nonlocal n_bytes, n_requests
        content = await get(self, digest)
        n_bytes, n_requests = n_bytes + len(content), n_requests + 1
        return content

    monkeypatch.setattr(Objects, "put", counted_put)
    monkeypatch.setattr(Objects, "get", counted_get)

    async def traffic(n: int) -> tuple[int, int]:
        nonlocal n_bytes, n_requests
        n_bytes = n_requests = 0
        objects = Objects.open("memory:///")
        entries = await stored(objects, numbered(n))
        await select(objects, entries.digest, Selection(split="test"))
        return n_bytes, n_requests

    few_bytes, few_requests = await traffic(4 * CHUNK_ENTRIES)
    many_bytes, many_requests = await traffic(40 * CHUNK_ENTRIES)

    assert few_requests > 4
    assert many_requests <= 10 * few_requests
    # Numbers grow by a digit.
    assert many_bytes <= 10 * few_bytes * 1.05


async def ids(entries: EntrySet) -> list[str]:
    return [row.id for row in await entries.rows(0, entries.n_entries)]


async def test_a_shuffled_set_holds_the_same_entries_in_an_order_of_its_seed(
    objects: Objects,
) -> None:
    """Runs that stop when decided are held against each other on the same beginning."""
    whole = await stored(objects, numbered(1_500))

    one = await shuffled(objects, whole.digest, seed=1)
    again = await shuffled(objects, whole.digest, seed=1)
    other = await shuffled(objects, whole.digest, seed=2)

    assert one.digest == again.digest != other.digest != whole.digest
    assert await ids(one) != await ids(whole)
    assert sorted(await ids(one)) == sorted(await ids(other)) == sorted(await ids(whole))


async def test_a_shuffled_selection_keeps_the_order_of_the_whole(objects: Objects) -> None:
    """An entry's place follows from seed and id alone; and no more are taken than wanted."""
    whole = await stored(objects, numbered(300))
    selection = Selection(split="test")

    everything = await ids(await shuffled(objects, whole.digest, seed=1))
    chosen = await ids(await shuffled(objects, whole.digest, seed=1, selection=selection))
    first = await shuffled(objects, whole.digest, seed=1, selection=selection, at_most=10)

    assert chosen == [each for each in everything if int(each) % 3 == 0]
    assert await ids(first) == chosen[:10]


async def test_a_shuffled_order_does_not_follow_the_data(objects: Objects) -> None:
    """Neighbours of the data set come apart: the rank correlation of 2,000 places is small."""
    whole = await stored(objects, numbered(2_000))

    order = np.array(
        [int(each) for each in await ids(await shuffled(objects, whole.digest, seed=0))]
    )

    assert abs(np.corrcoef(order, np.arange(2_000))[0, 1]) < 0.1


async def test_a_shuffled_selection_of_nothing_is_said(objects: Objects) -> None:
    """As of any selection."""
    whole = await stored(objects, numbered(5))

    with pytest.raises(EmptySelection):
        await shuffled(objects, whole.digest, seed=0, selection=Selection(split="none"))


async def test_entries_are_counted_and_sampled_without_storing_a_set(objects: Objects) -> None:
    """Before a launch: by the head where that says it, and from all parts of the set."""
    writer = EntrySetWriter(objects)
    for first in range(0, 2500, 500):
        await writer.add(
            [EntryRow(id=f"e{n}", text="t", split="ab"[n % 2]) for n in range(first, first + 500)]
        )
    digest = (await writer.finish()).digest

    assert await count(objects, digest, None) == 2500
    assert await count(objects, digest, Selection(split="a")) == 1250
    assert await count(objects, digest, Selection(split="c")) == 0
    assert await count(objects, digest, Selection(split="a", ids=["e0", "e1", "e2"])) == 2
    rows = await sample(objects, digest, Selection(split="b"), n_chunks=3, n_entries=30)
    assert {row.split for row in rows} == {"b"}
    assert len(rows) == len({row.id for row in rows}) == 30
    assert {int(row.id[1:]) // 1000 for row in rows} == {0, 1, 2}
