"""Runs and entries out of the read models, as views."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pydantic_core

from runoff_contracts.views import ContenderView, EntryView, RunView
from runoff_query.database import Pool
from runoff_query.statements import statement

_RUN_FIELDS = frozenset(RunView.model_fields)


async def run_view(pool: Pool, run_id: str) -> RunView | None:
    """One run, or none where there is none (any more)."""
    row = await pool.fetchrow(statement("read/run"), run_id)
    return None if row is None else (await run_views(pool, [row]))[0]


async def run_views(pool: Pool, rows: Sequence[asyncpg.Record]) -> list[RunView]:
    """Runs of these rows, with their contenders, in their order."""
    ids = [row["run_id"] for row in rows]
    contenders: dict[UUID, list[ContenderView]] = {each: [] for each in ids}
    for found in await pool.fetch(statement("read/contenders"), ids):
        contenders[found["run_id"]].append(_contender(found))
    return [_run(row, contenders[row["run_id"]]) for row in rows]


def entry_view(row: asyncpg.Record) -> EntryView:
    """An entry with what every contender answered, and its scores where there are some."""
    difference = None
    if row["difference"] is not None:
        difference = {
            "kind": row["difference_kind"],
            "n_agree": row["n_agree"],
            "n_answers": row["n_answers"],
            "value": row["difference"],
        }
    return EntryView.model_validate(
        {
            "index": row["index"],
            "entry_id": row["entry_id"],
            "status": "failed" if row["failed"] else "answered",
            "target": row["target"],
            "section": row["section"],
            "split": row["split"],
            "metadata": read_json(row["metadata"]),
            "predictions": read_json(row["predictions"]),
            "scores": read_json(row["scores"]) or [],
            "difference": difference,
            "confidence_difference": row["confidence_difference"],
        }
    )


def read_json(text: str | None) -> object:
    """What a JSON text of the read models says."""
    return None if text is None else pydantic_core.from_json(text)


def _contender(row: asyncpg.Record) -> ContenderView:
    n_scored, n_answered = row["n_scored"], row["n_answered"]
    return ContenderView(
        position=row["position"],
        model=row["model"],
        number=row["number"],
        digest=row["digest"],
        n_scored=n_scored,
        n_correct=row["n_correct"],
        n_failed=row["n_failed"],
        accuracy=row["n_correct"] / n_scored if n_scored else None,
        latency_mean_s=row["latency_ns"] / 1e9 / n_answered if n_answered else None,
    )


def _run(row: asyncpg.Record, contenders: list[ContenderView]) -> RunView:
    return RunView.model_validate(
        {
            **{name: value for name, value in row.items() if name in _RUN_FIELDS},
            "run_id": str(row["run_id"]),
            "selection": read_json(row["selection"]),
            "config": read_json(row["config"]),
            "labels": read_json(row["labels"]),
            "contenders": contenders,
            "seq": max(row["seq"], row["comparison_seq"] or 0),
        }
    )
