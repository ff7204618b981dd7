"""Uploaded rows whose ids match no entry: a run asks for its own alone, and would say nothing."""

import asyncio
from collections.abc import Iterable

from runoff_objects.entry_set import open_entry_set
from runoff_objects.store import Objects
from runoff_objects.uploaded import Uploaded

_NAMED = 5


async def strangers(uploaded: Uploaded, objects: Objects, entries: str) -> str | None:
    """In words how many rows match no entry, and the first few of them; none where all do.

    Args:
        uploaded: The rows.
        objects: Where the entry set is.
        entries: Digest of the entry set.

    Raises:
        ObjectMissing: When there is no such entry set.
    """
    matched = bytearray(len(uploaded))
    async for chunk in (await open_entry_set(objects, entries)).every_chunk():
        await asyncio.to_thread(_mark, uploaded, [row.id for row in chunk], matched)
    return await asyncio.to_thread(_words, uploaded, matched)


def _mark(uploaded: Uploaded, ids: Iterable[str], matched: bytearray) -> None:
    for each in ids:
        row = uploaded.row_of(each)
        if row is not None:
            matched[row] = 1


def _words(uploaded: Uploaded, matched: bytearray) -> str | None:
    n_strangers = matched.count(0)
    if n_strangers == 0:
        return None
    named: list[str] = []
    row = matched.find(0)
    while row >= 0 and len(named) < _NAMED:
        named.append(repr(uploaded.line(row)[1]))
        row = matched.find(0, row + 1)
    more = ", …" if n_strangers > len(named) else ""
    verb = "matches" if n_strangers == 1 else "match"
    listed = ", ".join(named)
    return f"{n_strangers} of {len(matched)} rows {verb} no entry of the dataset: {listed}{more}"
