"""Writes what was asked for again, and what came of it."""

from collections.abc import Sequence

import pydantic_core

from runoff_contracts.events.again import EntryAnsweredAgain, EntryAskedAgain
from runoff_query.database import Connection
from runoff_query.projections.deleted import delete_runs, deleted_among
from runoff_query.recorded import Recorded, storable
from runoff_query.statements import statement


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Add versions and their answers, but for runs that were deleted."""
    found = [
        each.content
        for each in facts
        if isinstance(each.content, EntryAskedAgain | EntryAnsweredAgain)
    ]
    gone = await deleted_among(connection, {event.run_id for event in found})
    for event in found:
        if event.run_id in gone:
            continue
        if isinstance(event, EntryAskedAgain):
            await _add(connection, event)
        else:
            await _answer(connection, event)
    await delete_runs(connection, facts, statements=["projections/versions/delete"])


async def _add(connection: Connection, event: EntryAskedAgain) -> None:
    await connection.execute(
        statement("projections/versions/add"),
        event.run_id,
        event.index,
        event.answer_version,
        event.parent,
        event.mode,
        event.seed.model_dump_json() if event.seed else None,
        event.contenders,
        event.asked_at,
    )


async def _answer(connection: Connection, event: EntryAnsweredAgain) -> None:
    predictions = [each.model_dump(mode="json", exclude_none=True) for each in event.predictions]
    await connection.execute(
        statement("projections/versions/answer"),
        event.run_id,
        event.index,
        event.answer_version,
        pydantic_core.to_json(predictions).decode(),
        storable(event.worker),
        event.answered_at,
    )
