"""Entries of a run in order: behind a cursor, or from any place on, as a table is scrolled.

Any place is found in the order of all entries that fit, which is made once and kept while nothing
changes: PostgreSQL would count through all that stands before a place, for every page.
"""

import asyncio
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, Literal

import asyncpg
import numpy as np
from numpy.typing import NDArray

from runoff_contracts.views import EntryView
from runoff_query.api.run_queries import entry_view
from runoff_query.compared.kept import Kept
from runoff_query.database import Pool
from runoff_query.statements import pieces, statement

Agreement = Literal["all_match", "partial", "all_different"]
ReviewState = Literal["approved", "rejected", "none"]
Sort = Literal["difference", "index", "confidence_difference"]
Order = NDArray[np.int32]

BEFORE_ALL: Final = -2.0
"""Places are minus a difference from 0 to 1, or 1 where there is none."""
_ORDERS_BYTES: Final = 64 * 1024 * 1024
"""Four bytes an entry: the orders of some hundred lists of 100,000."""
_ORDER_S: Final = 10.0
_AT_ONCE: Final = 50
"""Entries that are made without a thread: more take longer than others may wait."""


@dataclass(frozen=True)
class Conditions:
    """Which entries are meant; None leaves a condition out."""

    failed: bool | None = None
    section: str | None = None
    split: str | None = None
    review: ReviewState | None = None
    agreement: Agreement | None = None
    find: str | None = None
    """A part of the entry's id, in whichever case."""


@dataclass(frozen=True)
class Listed:
    """The run whose entries are listed, and how far they are."""

    run_id: str
    n_entries: int
    n_processed: int
    n_scored: int
    seq: int
    """Of the run's last change."""
    is_reviewed: bool
    """Whether anybody said anything of its answers."""


@dataclass(frozen=True)
class Place:
    """Behind which entry a list goes on: the last one's keys."""

    scored: bool = True
    key: float = BEFORE_ALL
    index: int = -1


_BEGIN: Final = Place()


class EntryLists:
    """Reads entries, and keeps the orders that they were found in."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._orders: Kept[Order] = Kept(_ORDERS_BYTES, lambda order: order.nbytes)

    @property
    def n_bytes(self) -> int:
        """Of all orders that are kept."""
        return self._orders.n_bytes

    async def of(self, run_id: str) -> Listed | None:
        """How far the entries of a run are; None where there is no such run (any more)."""
        row = await self._pool.fetchrow(statement("read/run_counts"), run_id)
        return None if row is None else Listed(run_id, **row)

    async def behind(
        self, run: Listed, conditions: Conditions, *, sort: Sort, place: Place, n: int
    ) -> list[asyncpg.Record]:
        """At most n entries behind a place. Those that are not scored yet stand at the end."""
        wanted = (conditions.failed, conditions.section, conditions.split, conditions.review)
        rows: list[asyncpg.Record] = []
        if place.scored:
            text = _statement("by index" if sort == "index" else "by key", sort)
            rows = await self._pool.fetch(text, run.run_id, *wanted, place.key, place.index, n)
        if sort != "index" and len(rows) < n and run.n_scored < run.n_processed:
            index = -1 if place.scored else place.index
            left = n - len(rows)
            text = _statement("unscored", sort)
            rows += await self._pool.fetch(text, run.run_id, *wanted, 1.0, index, left)
        return rows

    async def at(
        self,
        run: Listed,
        conditions: Conditions,
        *,
        sort: Sort,
        offset: int,
        limit: int,
        seq: int,
    ) -> tuple[list[EntryView], int]:
        """Up to `limit` entries behind the first `offset`, and how many there are in all.

        Args:
            seq: Every table had the log up to here before the run was read.
        """
        if conditions == Conditions() and _is_known(run, sort, offset):
            place = _BEGIN if offset == 0 else Place(index=offset - 1)
            rows = await self.behind(run, conditions, sort=sort, place=place, n=limit)
            if sort != "index" and run.n_processed == run.n_entries:
                # Whoever sees the beginning may go anywhere next, and of a run that is done the
                # order stays: the first one to go would wait some 60 ms for that of 100,000.
                self.begin(run, sort, seq=seq)
            return await views(rows), run.n_processed
        order = await self._order(run, conditions, sort, seq)
        indexes = order[offset : offset + limit].tolist()
        text = _statement("placed", sort)
        rows = await self._pool.fetch(text, run.run_id, indexes) if indexes else []
        return await views(rows), len(order)

    def begin(self, run: Listed, sort: Sort = "difference", *, seq: int) -> None:
        """Make the order of all entries for those who will ask for a part of it.

        Args:
            seq: Every table had the log up to here before the run was read.
        """
        if seq >= run.seq:
            read = partial(self._read_order, run, Conditions(), sort)
            self._orders.begin((run.run_id, run.seq, Conditions(), sort), read)

    async def _order(self, run: Listed, conditions: Conditions, sort: Sort, seq: int) -> Order:
        read = partial(self._read_order, run, conditions, sort)
        # A table may be behind that of the runs: then its order is not that of this state.
        if seq < run.seq:
            return await read()
        return await self._orders.get((run.run_id, run.seq, conditions, sort), read)

    async def _read_order(self, run: Listed, conditions: Conditions, sort: Sort) -> Order:
        find = conditions.find.lower() if conditions.find else None
        wanted = (conditions.failed, conditions.section, conditions.split, conditions.review)
        name, values = "order", [*wanted, conditions.agreement, find]
        if run.n_scored == run.n_processed and not any((*wanted, find)) and wanted[0] is None:
            name, values = "order of scored", [conditions.agreement]
        async with self._pool.acquire() as connection:
            # Without a name, so that it is planned for its own values: columns of conditions that
            # are left out need not be read, and the rest stands in indexes.
            text = _statement(name, sort)
            prepared = await connection.prepare(text, name="", timeout=_ORDER_S)
            row = await prepared.fetchrow(run.run_id, *values, timeout=_ORDER_S)
        if row is None or row["indexes"] is None:
            return np.empty(0, np.int32)
        return await asyncio.to_thread(_sorted, row["indexes"], row["keys"])


async def views(rows: list[asyncpg.Record]) -> list[EntryView]:
    """Rows as views; many of them in a thread."""

    def made() -> list[EntryView]:
        return [entry_view(row) for row in rows]

    return made() if len(rows) <= _AT_ONCE else await asyncio.to_thread(made)


def _sorted(indexes: bytes, keys: bytes) -> Order:
    """Places by key, then by index: PostgreSQL's numbers have their first byte first."""
    found = np.frombuffer(indexes, ">i4").astype(np.int32)
    order: Order = found[np.lexsort((found, np.frombuffer(keys, ">f8").astype(np.float64)))]
    return order


def _is_known(run: Listed, sort: Sort, offset: int) -> bool:
    """Whether a part of all entries begins at a place that is known without the others' order.

    Once every entry is there, an entry's index is its place.
    """
    return offset == 0 or (sort == "index" and run.n_processed == run.n_entries)


@cache
def _statement(name: str, sort: Sort) -> str:
    found = pieces("read/entries")
    return found[name].format(
        columns=found["columns"],
        conditions=found["conditions"],
        key=found[f"{sort} key"],
    )
