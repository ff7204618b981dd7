"""Tables of compared entries, kept in memory while they are paged through."""

import asyncio
from collections.abc import Awaitable, Callable

from runoff_objects.store import Objects
from runoff_query.compared.kept import Kept
from runoff_query.compared.order import Ordered, Wanted, ordered
from runoff_query.compared.table import EntriesTable

HEAD = 1001
"""Entries that are put in order at first: one more than the largest page."""
_NAMES = 1000
_ORDERS_BYTES = 64 * 1024 * 1024


class ComparedTables:
    """Tables by digest, and the orders that pages were cut from."""

    def __init__(self, objects: Objects, *, max_bytes: int) -> None:
        self._objects = objects
        self._tables: Kept[EntriesTable] = Kept(max_bytes, lambda table: table.n_bytes)
        self._names: Kept[str] = Kept(_NAMES, lambda _: 1)
        self._orders: Kept[Ordered] = Kept(_ORDERS_BYTES, lambda found: found.places.nbytes)

    async def named(self, digest: str, read: Callable[[], Awaitable[str]]) -> str:
        """The digest of the table of a comparison, whose document `read` looks into."""
        return await self._names.get(digest, read)

    async def table(self, digest: str) -> EntriesTable:
        """The table of a digest.

        Raises:
            ObjectMissing, ObjectDamaged, BadArrays: When the store has none that can be read.
        """

        async def read() -> EntriesTable:
            if self._objects.is_local:
                content = await asyncio.to_thread(self._objects.read, digest)
            else:
                content = await self._objects.get(digest)
            return await asyncio.to_thread(EntriesTable.from_bytes, content)

        return await self._tables.get(digest, read)

    async def ordered(self, digest: str, wanted: Wanted, *, n: int) -> Ordered:
        """At least the first n entries of a table that fit, in order; fewer where fewer fit."""
        table = await self.table(digest)

        async def head() -> Ordered:
            return await asyncio.to_thread(ordered, table, wanted, n=HEAD)

        async def whole() -> Ordered:
            return await asyncio.to_thread(ordered, table, wanted)

        found = await self._orders.get((digest, wanted, "head"), head)
        if n <= len(found.places) or found.is_whole:
            return found
        return await self._orders.get((digest, wanted, "whole"), whole)
