"""Deleted runs: their rows go, and a slice that a worker appends late does not come back."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from runoff_contracts.events.lifecycle import RunDeleted
from runoff_query.database import Connection
from runoff_query.recorded import Recorded
from runoff_query.statements import statement


async def delete_runs(
    connection: Connection, facts: Sequence[Recorded], *, statements: Iterable[str]
) -> None:
    """Take the runs that these facts delete out of a projection's tables.

    Call it last: whatever the batch holds of such a run is then gone, wherever it stood.
    """
    seqs = {fact.content.run_id: fact.seq for fact in facts if isinstance(fact.content, RunDeleted)}
    if not seqs:
        return
    runs = list(seqs)
    await connection.execute(statement("projections/mark_deleted"), runs, list(seqs.values()))
    for name in statements:
        await connection.execute(statement(name), runs)


async def deleted_among(connection: Connection, run_ids: Iterable[str]) -> set[str]:
    """Which of these runs an earlier batch deleted."""
    runs = list(run_ids)
    if not runs:
        return set()
    rows = await connection.fetch(statement("projections/deleted_runs"), runs)
    return {str(UUID(str(row["run_id"]))) for row in rows}
