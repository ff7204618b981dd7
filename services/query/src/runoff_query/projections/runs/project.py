"""Writes runs, contenders and metrics: a few statements a batch, whatever is in it."""

from collections.abc import Sequence

import pydantic_core

from runoff_contracts.events.lifecycle import RunCreated, RunEdited
from runoff_contracts.kind import kind_of
from runoff_query.database import Connection
from runoff_query.projections.deleted import delete_runs
from runoff_query.projections.runs.fold import Changes, fold
from runoff_query.recorded import Recorded, storable
from runoff_query.statements import statement

_TABLES = ("run_ranges", "runs", "run_contenders", "run_metrics", "run_judges")


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Bring runs forward by what a batch holds of them."""
    changes = fold(facts)
    await _add(connection, changes.created)
    await _advance(connection, changes)
    await _count(connection, changes)
    await _count_judges(connection, changes)
    await _count_uploads(connection, changes)
    # Behind the counts: a report has the last word on a metric of the same name.
    await _report(connection, changes)
    await _write_ranges(connection, changes)
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
    contenders = [(event, each) for _, event in created for each in event.contenders]
    await connection.execute(
        statement("projections/runs/add_contenders"),
        [event.run_id for event, _ in contenders],
        [each.position for _, each in contenders],
        [storable(each.model) for _, each in contenders],
        [each.number for _, each in contenders],
        [each.digest for _, each in contenders],
        [storable(event.scorers[0].name) if event.scorers else "" for event, _ in contenders],
        [each in event.live for event, each in contenders],
    )
    await _add_judges(connection, created)


async def _add_judges(connection: Connection, created: list[tuple[int, RunCreated]]) -> None:
    judges = [(event.run_id, each) for _, event in created for each in event.judges or ()]
    if judges:
        await connection.execute(
            statement("projections/runs/add_judges"),
            [run_id for run_id, _ in judges],
            [storable(each.scorer) for _, each in judges],
            [storable(each.model) for _, each in judges],
            [each.number for _, each in judges],
            [each.digest for _, each in judges],
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
        pydantic_core.to_json(event.scorers).decode(),
        event.start_at,
        event.answers_from.model_dump_json() if event.answers_from else None,
        kind_of(event),
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
        [change.edited is not None for change in each],
        [_alias(change.edited) for change in each],
        [_labels(change.edited) for change in each],
        [change.report for change in each],
        [change.archived for change in each],
    )
    ended = {run_id: each.n_asked for run_id, each in changes.runs.items() if each.n_asked}
    if ended:
        await connection.execute(
            statement("projections/runs/shorten"), list(ended), list(ended.values())
        )


async def _count_uploads(connection: Connection, changes: Changes) -> None:
    if not changes.uploads:
        return
    await connection.execute(
        statement("projections/runs/count_uploads"),
        [run_id for run_id, _ in changes.uploads],
        [position for _, position in changes.uploads],
        [each.n_uploaded for each in changes.uploads.values()],
        [each.complete for each in changes.uploads.values()],
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
        [tally.n_timed for tally in each],
        [tally.cost_picousd for tally in each],
        [tally.n_priced for tally in each],
        [tally.n_input_tokens for tally in each],
        [tally.n_output_tokens for tally in each],
        [tally.n_metered for tally in each],
    )
    runs = list(dict.fromkeys(run_id for run_id, _ in changes.tallies))
    await connection.execute(statement("projections/runs/write_metrics"), runs)


async def _count_judges(connection: Connection, changes: Changes) -> None:
    if not changes.judged:
        return
    each = list(changes.judged.values())
    await connection.execute(
        statement("projections/runs/count_judges"),
        [run_id for run_id, _ in changes.judged],
        [scorer for _, scorer in changes.judged],
        [tally.n_verdicts for tally in each],
        [tally.n_failed for tally in each],
        [tally.cost_picousd for tally in each],
        [tally.n_priced for tally in each],
        [tally.n_input_tokens for tally in each],
        [tally.n_output_tokens for tally in each],
        [tally.n_metered for tally in each],
    )


async def _report(connection: Connection, changes: Changes) -> None:
    if not changes.reported:
        return
    await connection.execute(
        statement("projections/runs/report_metrics"),
        [run_id for run_id, _, _ in changes.reported],
        [position for _, position, _ in changes.reported],
        [metric for _, _, metric in changes.reported],
        list(changes.reported.values()),
    )


async def _write_ranges(connection: Connection, changes: Changes) -> None:
    counted = (run_id for run_id, _ in changes.tallies)
    reported = (run_id for run_id, _, _ in changes.reported)
    runs = list(dict.fromkeys([*counted, *reported]))
    if runs:
        await connection.execute(statement("projections/runs/write_ranges"), runs)


def _alias(edited: RunEdited | None) -> str | None:
    return None if edited is None or edited.alias is None else storable(edited.alias)


def _labels(edited: RunEdited | None) -> str | None:
    return None if edited is None else pydantic_core.to_json(edited.labels).decode()
