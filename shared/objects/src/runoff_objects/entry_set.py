"""Entry sets: an ordered, immutable list of entries, stored in chunks under one digest.

A dataset version is one, and so is the part of it that a run asks about. The head names its
chunks by digest, a chunk names its files by digest: the head's digest is over all content.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, TypeAdapter

from runoff_contracts.answers import Target
from runoff_contracts.ids import Digest, EntryId
from runoff_contracts.run_config import Selection
from runoff_objects.errors import EmptySelection
from runoff_objects.store import Objects

CHUNK_ENTRIES = 1000
_KEPT_CHUNKS = 16

Word = Annotated[str, StringConstraints(max_length=200)]


class EntryRow(BaseModel):
    """One entry as a manifest gives it: an image by digest, or a text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: EntryId
    file: Digest | None = None
    text: str | None = None
    target: Target = None
    """As the dataset's task wants it."""
    section: Word | None = None
    split: Word | None = None
    metadata: dict[str, JsonValue] | None = None


_ROWS = TypeAdapter(list[EntryRow])


class _Head(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: int = 1
    n_entries: int = Field(ge=1)
    chunk_entries: int = Field(ge=1)
    chunks: list[Digest]
    splits: dict[str, int]
    sections: dict[str, int]


class EntrySet:
    """An opened entry set; the chunks read last are kept in memory."""

    def __init__(self, objects: Objects, digest: str, head: _Head) -> None:
        self._objects, self._head = objects, head
        self.digest = digest
        self._chunks: dict[int, asyncio.Task[list[EntryRow]]] = {}

    @property
    def n_entries(self) -> int:
        """How many entries there are."""
        return self._head.n_entries

    @property
    def splits(self) -> dict[str, int]:
        """Entries in each split."""
        return dict(self._head.splits)

    @property
    def sections(self) -> dict[str, int]:
        """Entries in each section."""
        return dict(self._head.sections)

    async def rows(self, start: int, n: int) -> list[EntryRow]:
        """Entries `start` to `start + n - 1`; fewer at the end of the set.

        Raises:
            ObjectMissing: When the store lost a chunk.
        """
        size = self._head.chunk_entries
        stop = min(start + n, self.n_entries)
        found: list[EntryRow] = []
        for number in range(start // size, -(-stop // size)):
            rows = await self._chunk(number)
            first = number * size
            found += rows[max(start - first, 0) : stop - first]
        return found

    async def every_chunk(self) -> AsyncIterator[list[EntryRow]]:
        """All entries in order, a chunk at a time."""
        for number in range(len(self._head.chunks)):
            yield await self._read(number)

    async def _chunk(self, number: int) -> list[EntryRow]:
        # Slices of one chunk are asked for at the same moment: all wait for one read.
        if number not in self._chunks:
            if len(self._chunks) >= _KEPT_CHUNKS:
                del self._chunks[next(iter(self._chunks))]
            self._chunks[number] = asyncio.ensure_future(self._read(number))
        task = self._chunks[number]
        try:
            return await asyncio.shield(task)
        except BaseException:
            if task.done():
                self._chunks.pop(number, None)
            raise

    async def _read(self, number: int) -> list[EntryRow]:
        content = await self._objects.get(self._head.chunks[number])
        return _ROWS.validate_json(content)


class EntrySetWriter:
    """Builds an entry set: add rows in order, then finish."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._rows: list[EntryRow] = []
        self._chunks: list[str] = []
        self._splits: Counter[str] = Counter()
        self._sections: Counter[str] = Counter()
        self._n_entries = 0

    async def add(self, rows: Sequence[EntryRow]) -> None:
        """Append rows; full chunks are stored as they fill up."""
        self._rows += rows
        self._n_entries += len(rows)
        self._splits.update(row.split for row in rows if row.split is not None)
        self._sections.update(row.section for row in rows if row.section is not None)
        while len(self._rows) >= CHUNK_ENTRIES:
            await self._store(self._rows[:CHUNK_ENTRIES])
            del self._rows[:CHUNK_ENTRIES]

    async def finish(self) -> EntrySet:
        """Store the rest and the head.

        Raises:
            EmptySelection: When no row was added.
        """
        if self._n_entries == 0:
            raise EmptySelection
        if self._rows:
            await self._store(self._rows)
            self._rows = []
        head = _Head(
            n_entries=self._n_entries,
            chunk_entries=CHUNK_ENTRIES,
            chunks=self._chunks,
            splits=dict(sorted(self._splits.items())),
            sections=dict(sorted(self._sections.items())),
        )
        digest = await self._objects.put(_canonical(head.model_dump()))
        return EntrySet(self._objects, digest, head)

    async def _store(self, rows: Sequence[EntryRow]) -> None:
        content = _canonical([row.model_dump(exclude_none=True) for row in rows])
        self._chunks.append(await self._objects.put(content))


async def open_entry_set(objects: Objects, digest: str) -> EntrySet:
    """The entry set of a digest.

    Raises:
        ObjectMissing: When the store has no such object.
    """
    return EntrySet(objects, digest, _Head.model_validate_json(await objects.get(digest)))


async def select(objects: Objects, digest: str, selection: Selection) -> EntrySet:
    """The entries that fit every field of the selection, in order, as a set of their own.

    Raises:
        EmptySelection: When none fits.
    """
    whole = await open_entry_set(objects, digest)
    wanted = None if selection.ids is None else set(selection.ids)
    writer = EntrySetWriter(objects)
    async for rows in whole.every_chunk():
        await writer.add([row for row in rows if _fits(row, selection, wanted)])
    return await writer.finish()


async def count(objects: Objects, digest: str, selection: Selection | None) -> int:
    """How many entries fit; nothing is stored, and a split or a section alone is in the head.

    Raises:
        ObjectMissing: When the store lost a part of the set.
    """
    whole = await open_entry_set(objects, digest)
    if selection is None or selection == Selection():
        return whole.n_entries
    if selection == Selection(split=selection.split):
        return whole.splits.get(selection.split or "", 0)
    if selection == Selection(section=selection.section):
        return whole.sections.get(selection.section or "", 0)
    wanted = None if selection.ids is None else set(selection.ids)
    return sum(
        [sum(_fits(row, selection, wanted) for row in rows) async for rows in whole.every_chunk()]
    )


async def sample(
    objects: Objects, digest: str, selection: Selection | None, *, n_chunks: int, n_entries: int
) -> list[EntryRow]:
    """Entries that fit, out of chunks that lie evenly over the set: to see what they are like.

    Raises:
        ObjectMissing: When the store lost a part of the set.
    """
    whole = await open_entry_set(objects, digest)
    chosen = selection or Selection()
    wanted = None if chosen.ids is None else set(chosen.ids)
    n_there = -(-whole.n_entries // CHUNK_ENTRIES)
    places = sorted({place * n_there // n_chunks for place in range(n_chunks)})
    each = -(-n_entries // len(places))
    found: list[EntryRow] = []
    for place in places:
        rows = await whole.rows(place * CHUNK_ENTRIES, CHUNK_ENTRIES)
        fit = [row for row in rows if _fits(row, chosen, wanted)]
        found += fit[:: max(len(fit) // each, 1)][:each]
    return found


async def shuffled(
    objects: Objects,
    digest: str,
    *,
    seed: int,
    selection: Selection | None = None,
    at_most: int | None = None,
) -> EntrySet:
    """The entries that fit the selection (all without one), in a random order, as a set.

    The order is that of a hash of seed and id: the same seed puts the same entries in the same
    order, whatever else is selected and whichever release did it. All rows are in memory
    meanwhile, some 2 kB each.

    Args:
        at_most: Only so many of them, from the beginning of the order.

    Raises:
        EmptySelection: When none fits.
    """
    whole = await open_entry_set(objects, digest)
    chosen = selection or Selection()
    wanted = None if chosen.ids is None else set(chosen.ids)
    rows = [
        row async for chunk in whole.every_chunk() for row in chunk if _fits(row, chosen, wanted)
    ]
    order = await asyncio.to_thread(sorted, rows, key=lambda row: _place(seed, row.id))
    order = order[:at_most]
    writer = EntrySetWriter(objects)
    for start in range(0, len(order), CHUNK_ENTRIES):
        await writer.add(order[start : start + CHUNK_ENTRIES])
    return await writer.finish()


def _place(seed: int, entry_id: str) -> bytes:
    return hashlib.blake2b(f"{seed}:{entry_id}".encode(), digest_size=16).digest()


def _fits(row: EntryRow, selection: Selection, wanted: set[str] | None) -> bool:
    return (
        (selection.split is None or row.split == selection.split)
        and (selection.section is None or row.section == selection.section)
        and (wanted is None or row.id in wanted)
    )


def _canonical(data: object) -> bytes:
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
