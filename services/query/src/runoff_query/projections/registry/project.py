"""Datasets, models and their versions, as they were registered."""

from collections.abc import Sequence

import pydantic_core

from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_query.database import Connection
from runoff_query.recorded import Recorded
from runoff_query.statements import statement

Row = tuple[object, ...]


async def project(connection: Connection, facts: Sequence[Recorded]) -> None:
    """Add what was registered; names and versions never change afterwards."""
    rows: dict[str, list[Row]] = {}
    for fact in facts:
        if found := _row(fact):
            table, row = found
            rows.setdefault(table, []).append(row)
    for table, added in rows.items():
        columns = [list(column) for column in zip(*added, strict=True)]
        await connection.execute(statement(f"projections/registry/add_{table}"), *columns)


def _row(fact: Recorded) -> tuple[str, Row] | None:
    seq = fact.seq
    match fact.content:
        case DatasetRegistered() as event:
            return "datasets", (event.dataset, event.task, event.registered_at, seq)
        case ModelRegistered() as event:
            return "models", (event.model, event.task, event.registered_at, seq)
        case DatasetVersionAdded() as event:
            row: Row = (
                event.dataset,
                event.number,
                event.digest,
                event.n_entries,
                _json(event.splits),
                _json(event.sections),
                event.added_at,
                seq,
                None if event.fields is None else _json(event.fields),
            )
            return "dataset_versions", row
        case ModelVersionAdded() as event:
            row = (
                event.model,
                event.number,
                event.digest,
                event.file,
                event.n_bytes,
                event.spec.model_dump_json(),
                event.added_at,
                seq,
            )
            return "model_versions", row
    return None


def _json(value: dict[str, int] | list[str]) -> str:
    return pydantic_core.to_json(value).decode()
