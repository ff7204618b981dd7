"""Keeps what comparisons came to; their documents are objects, those of the first version rows."""

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
    if await deleted_among(connection, event.run_ids):
        return
    await connection.execute(
        statement("projections/comparisons/add"),
        event.digest,
        content.first_document,
        storable(event.dataset),
        pydantic_core.to_json(event.models).decode(),
        storable(event.verdict),
        event.computed_at,
        seq,
        event.scores_digest,
        event.task,
        storable(event.measure),
        pydantic_core.to_json(event.winners).decode(),
        event.certainty,
        event.settled,
    )
    await connection.execute(
        statement("projections/comparisons/add_runs"),
        event.digest,
        event.run_ids,
        seq,
        event.settled,
    )
