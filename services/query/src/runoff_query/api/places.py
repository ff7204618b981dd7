"""Entries of a run by place: a table that is scrolled asks for any part, and for its length."""

from dataclasses import dataclass
from typing import Literal

import asyncpg

from runoff_contracts.views import EntryPage, RunView
from runoff_query.api.run_queries import entry_view
from runoff_query.database import Pool
from runoff_query.statements import statement

Agreement = Literal["all_match", "partial", "all_different"]


@dataclass(frozen=True)
class Conditions:
    """Which entries are meant; None leaves a condition out."""

    failed: bool | None = None
    section: str | None = None
    split: str | None = None
    agreement: Agreement | None = None
    find: str | None = None
    """A part of the entry's id, in whichever case."""

    @property
    def values(self) -> tuple[object, ...]:
        """As the statements take them."""
        find = self.find.lower() if self.find else None
        return (self.failed, self.section, self.split, self.agreement, find)


async def entries_at(
    pool: Pool, run: RunView, conditions: Conditions, *, sort: str, offset: int, limit: int
) -> EntryPage:
    """Up to `limit` entries behind the first `offset`, and how many there are in all.

    Those that are not scored yet stand at the end of a sort by difference, as in the list by
    cursor.
    """
    n_matching, n_scored = await _counted(pool, run, conditions)
    values = (run.run_id, *conditions.values)
    rows: list[asyncpg.Record] = await pool.fetch(
        statement(f"read/entries_at_{sort}"), *values, offset, limit
    )
    if sort != "index" and len(rows) < limit and n_scored < n_matching:
        rows += await pool.fetch(
            statement("read/entries_at_unscored"),
            *values,
            max(offset - n_scored, 0),
            limit - len(rows),
        )
    return EntryPage(items=[entry_view(row) for row in rows], n_matching=n_matching)


async def _counted(pool: Pool, run: RunView, conditions: Conditions) -> tuple[int, int]:
    """Entries that fit, and those of them that are scored."""
    if conditions == Conditions():
        return run.n_processed, run.n_scored
    row = await pool.fetchrow(statement("read/entries_counted"), run.run_id, *conditions.values)
    if row is None:
        raise LookupError("the statement answers one row always")
    return row["n_matching"], row["n_scored"]
