"""Entries of a run in order, a page at a time, each with what was asked."""

from collections.abc import AsyncIterator

from runoff_contracts.views import RunView
from runoff_objects.entry_set import EntrySet
from runoff_query.api.run_queries import entry_view
from runoff_query.database import Pool
from runoff_query.errors import ExportCut
from runoff_query.exporting.rows import Paired
from runoff_query.statements import statement

_PAGE_ENTRIES = 200
"""An entry may hold a thousand boxes of sixteen contenders."""


async def pages(pool: Pool, run: RunView, entries: EntrySet) -> AsyncIterator[list[Paired]]:
    """Every entry that was processed when this began; one page is in memory at once.

    Entries settle out of order, so that pages of a running run have gaps.

    Raises:
        ExportCut: When fewer are there at the end: the run was deleted meanwhile.
    """
    n_seen = 0
    for start in range(0, run.n_entries, _PAGE_ENTRIES):
        stop = start + _PAGE_ENTRIES
        rows = await pool.fetch(statement("read/entries_between"), run.run_id, start, stop)
        if rows:
            asked = await entries.rows(start, _PAGE_ENTRIES)
            yield [(view, asked[view.index - start]) for view in map(entry_view, rows)]
        n_seen += len(rows)
    if n_seen < run.n_processed:
        raise ExportCut(run.run_id, n_seen=n_seen, n_wanted=run.n_processed)
