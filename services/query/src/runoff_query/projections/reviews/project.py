"""Writes reviews, which of them count, and how many a contender has: two statements a batch."""

from collections.abc import Sequence

from runoff_contracts.events.review import EntryReviewed
from runoff_query.database import Connection
from runoff_query.projections.deleted import delete_runs, deleted_among
from runoff_query.recorded import Recorded, storable
from runoff_query.statements import statement

_TABLES = ("entry_reviews", "entry_review_states", "run_approvals")
Said = tuple[int, EntryReviewed]


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Add reviews, but for runs that were deleted."""
    found = [(each.seq, each.content) for each in facts if isinstance(each.content, EntryReviewed)]
    gone = await deleted_among(connection, {event.run_id for _, event in found})
    said = [(seq, event) for seq, event in found if event.run_id not in gone]
    if said:
        await _add(connection, said)
        await _count(connection, said)
    await delete_runs(
        connection,
        facts,
        statements=[f"projections/reviews/delete_{table}" for table in _TABLES],
    )


async def _add(connection: Connection, said: Sequence[Said]) -> None:
    rows = (
        (
            event.run_id,
            event.index,
            seq,
            event.contender,
            event.answer_version,
            event.decision,
            event.edited.model_dump_json(exclude_none=True) if event.edited else None,
            storable(event.note),
            storable(event.by),
            event.reviewed_at,
        )
        for seq, event in said
    )
    columns = [list(column) for column in zip(*rows, strict=True)]
    await connection.execute(statement("projections/reviews/add"), *columns)


async def _count(connection: Connection, said: Sequence[Said]) -> None:
    newest = {
        (event.run_id, event.index, event.contender, event.answer_version): (event.decision, seq)
        for seq, event in said
    }
    rows = ((*key, *state) for key, state in newest.items())
    columns = [list(column) for column in zip(*rows, strict=True)]
    await connection.execute(statement("projections/reviews/count"), *columns)
