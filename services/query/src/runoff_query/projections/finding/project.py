"""Writes parameters, labels and words of runs: a few statements a batch, whatever is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runoff_contracts.events.lifecycle import RunCreated, RunEdited
from runoff_contracts.params import Params
from runoff_query.database import Connection
from runoff_query.projections.deleted import delete_runs
from runoff_query.projections.finding.words import (
    number_of,
    text_of,
    words_of,
    words_of_run,
)
from runoff_query.recorded import Recorded, storable
from runoff_query.statements import statement

HEAD_LENGTH = 100
"""Characters of a parameter's value that stand in an index."""

_DELETE_LABELS = "projections/finding/delete_run_labels"
_DELETE_PARAMS = "projections/finding/delete_run_params"
_DELETE_WORDS = "projections/finding/delete_run_words"


@dataclass
class _Changes:
    """What a batch says of runs, the newest of each."""

    created: dict[str, tuple[int, RunCreated]] = field(default_factory=dict)
    named: dict[str, RunCreated | RunEdited] = field(default_factory=dict)
    """Alias and labels are as this event has them."""
    params: dict[str, Params] = field(default_factory=dict)


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Bring what runs are found by to what a batch holds of them."""
    changes = _fold(facts)
    await _add_words(connection, changes)
    await _edit_words(connection, changes)
    await _write_labels(connection, changes.named)
    await _write_params(connection, changes.params)
    await delete_runs(connection, facts, statements=[_DELETE_LABELS, _DELETE_PARAMS, _DELETE_WORDS])


def _fold(facts: Sequence[Recorded]) -> _Changes:
    changes = _Changes()
    for fact in facts:
        match fact.content:
            case RunCreated() as event:
                changes.created[event.run_id] = (fact.seq, event)
                changes.named[event.run_id] = event
                changes.params[event.run_id] = event.params
            case RunEdited() as event:
                changes.named[event.run_id] = event
                if event.params is not None:
                    changes.params[event.run_id] = event.params
    return changes


async def _add_words(connection: Connection, changes: _Changes) -> None:
    rows = [
        (
            seq,
            run_id,
            words_of_run(run_id, event.dataset.dataset, [each.model for each in event.contenders]),
            _label_words(changes.named[run_id]),
            _param_words(changes.params[run_id]),
        )
        for run_id, (seq, event) in changes.created.items()
    ]
    if rows:
        await connection.executemany(statement("projections/finding/add_words"), rows)


async def _edit_words(connection: Connection, changes: _Changes) -> None:
    rows = [
        (
            run_id,
            _label_words(event),
            _param_words(changes.params[run_id]) if run_id in changes.params else None,
        )
        for run_id, event in changes.named.items()
        if run_id not in changes.created
    ]
    if rows:
        await connection.executemany(statement("projections/finding/edit_words"), rows)


async def _write_labels(
    connection: Connection, named: Mapping[str, RunCreated | RunEdited]
) -> None:
    if not named:
        return
    await connection.execute(statement(_DELETE_LABELS), list(named))
    rows = [
        (run_id, storable(key), storable(value))
        for run_id, event in named.items()
        for key, value in event.labels.items()
    ]
    if rows:
        columns = (list(column) for column in zip(*rows, strict=True))
        await connection.execute(statement("projections/finding/add_labels"), *columns)


async def _write_params(connection: Connection, params: Mapping[str, Params]) -> None:
    if not params:
        return
    await connection.execute(statement(_DELETE_PARAMS), list(params))
    rows = [
        (run_id, storable(key), text, text[:HEAD_LENGTH], number_of(value))
        for run_id, given in params.items()
        for key, value in given.items()
        for text in (storable(text_of(value)),)
    ]
    if rows:
        columns = (list(column) for column in zip(*rows, strict=True))
        await connection.execute(statement("projections/finding/add_params"), *columns)


def _label_words(event: RunCreated | RunEdited) -> list[str]:
    return words_of(event.alias or "", *(word for pair in event.labels.items() for word in pair))


def _param_words(params: Params) -> list[str]:
    return words_of(*(word for key, value in params.items() for word in (key, text_of(value))))
