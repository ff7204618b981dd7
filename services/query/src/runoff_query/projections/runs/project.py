"""Writes runs, contenders and metrics: three statements a batch, whatever is in it."""

from collections.abc import Sequence

import pydantic_core

from runoff_contracts.events.lifecycle import RunCreated
from runoff_query.database import Connection
from runoff_query.projections.deleted import delete_runs
from runoff_query.projections.runs.fold import Changes, fold
from runoff_query.recorded import Recorded, storable
from runoff_query.statements import statement

_TABLES = ("runs", "run_contenders", "run_metrics")


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Bring runs forward by what a batch holds of them."""
    changes = fold(facts)
    await _add(connection, changes.created)
    await _advance(connection, changes)
    await _count(connection, changes)
    await delete_runs(
        connection,
        facts,
        statements=[f"projections/runs/delete_{table}" for table in _TABLES],
    )


async def _add(connection: Connection, created: list[tuple[int, RunCreated]]) -> None:
    if not created:
        return
    columns = zip(*(_row(seq, event) for seq, event in created), strict=True)
    await connection.execute(
        statement("projections/runs/add_runs"),
        *(list(column) for column in columns),
    )
    contenders = [(event.run_id, each) for _, event in created for each in event.contenders]
    await connection.execute(
        statement("projections/runs/add_contenders"),
        [run_id for run_id, _ in contenders],
        [each.position for _, each in contenders],
        [storable(each.model) for _, each in contenders],
        [each.number for _, each in contenders],
        [each.digest for _, each in contenders],
    )


def _row(seq: int, event: RunCreated) -> tuple[object, ...]:
    return (
        event.run_id,
        seq,
        event.task,
        event.dataset.dataset,
        event.dataset.number,
        event.dataset.digest,
        event.selection.model_dump_json(exclude_none=True) if event.selection else None,
        event.entries,
        event.n_entries,
        event.config.model_dump_json(),
        event.priority,
        None if event.alias is None else storable(event.alias),
        pydantic_core.to_json(event.labels).decode(),
        event.created_at,
    )


async def _advance(connection: Connection, changes: Changes) -> None:
    if not changes.runs:
        return
    each = list(changes.runs.values())
    await connection.execute(
        statement("projections/runs/advance"),
        list(changes.runs),
        [change.seq for change in each],
        [change.status for change in each],
        [change.started_at for change in each],
        [change.settled_at for change in each],
        [change.reason for change in each],
        [change.n_processed for change in each],
        [change.n_failed for change in each],
        [change.n_scored for change in each],
    )


async def _count(connection: Connection, changes: Changes) -> None:
    if not changes.tallies:
        return
    each = list(changes.tallies.values())
    await connection.execute(
        statement("projections/runs/count_contenders"),
        [run_id for run_id, _ in changes.tallies],
        [position for _, position in changes.tallies],
        [tally.n_answered for tally in each],
        [tally.n_failed for tally in each],
        [tally.n_scored for tally in each],
        [tally.n_correct for tally in each],
        [tally.latency_ns for tally in each],
    )
    runs = list(dict.fromkeys(run_id for run_id, _ in changes.tallies))
    await connection.execute(statement("projections/runs/write_metrics"), runs)
