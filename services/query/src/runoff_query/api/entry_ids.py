"""Where the entries of a run stand in its entry set, looked up by id for every batch."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from runoff_objects.entry_set import open_entry_set
from runoff_objects.store import Objects

_KEPT_ENTRIES = 1_000_000
"""Of all sets together, some 150 bytes each; the set that is asked for is kept in any case."""


class EntryIds:
    """Places by id; the entry sets that were asked for last are kept."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._kept: OrderedDict[str, Mapping[str, int]] = OrderedDict()
        self._reading = asyncio.Lock()

    async def of(self, digest: str) -> Mapping[str, int]:
        """The place of every entry of a set.

        Raises:
            ObjectMissing: When the store has no such set.
        """
        async with self._reading:
            places = self._kept.pop(digest, None)
            if places is None:
                places = await self._read(digest)
            self._kept[digest] = places
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > _KEPT_ENTRIES:
                self._kept.popitem(last=False)
            return places

    async def _read(self, digest: str) -> Mapping[str, int]:
        entries = await open_entry_set(self._objects, digest)
        places: dict[str, int] = {}
        async for rows in entries.every_chunk():
            first = len(places)
            places.update((row.id, first + at) for at, row in enumerate(rows))
        return places
