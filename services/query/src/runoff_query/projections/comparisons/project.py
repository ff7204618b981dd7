"""Keeps comparison documents as they were computed."""

from collections.abc import Sequence

import pydantic_core

from runoff_query.database import Connection
from runoff_query.projections.deleted import delete_runs, deleted_among
from runoff_query.recorded import ComputedDocument, Recorded, storable
from runoff_query.statements import statement

_DELETES = ("projections/comparisons/delete", "projections/comparisons/delete_runs")


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Add documents, but for those that name a deleted run."""
    for fact in facts:
        if isinstance(fact.content, ComputedDocument):
            await _add(connection, fact.seq, fact.content)
    await delete_runs(connection, facts, statements=_DELETES)


async def _add(connection: Connection, seq: int, content: ComputedDocument) -> None:
    event = content.event
    models = pydantic_core.to_json([each.model for each in event.document.contenders])
    if await deleted_among(connection, event.run_ids):
        return
    await connection.execute(
        statement("projections/comparisons/add"),
        event.digest,
        content.document,
        storable(event.document.dataset),
        models.decode(),
        storable(event.document.verdict),
        event.computed_at,
        seq,
    )
    await connection.execute(
        statement("projections/comparisons/add_runs"), event.digest, event.run_ids, seq
    )
