"""Runs and entries out of the read models, as views."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pydantic_core

from runoff_contracts.reviewing import Approvals
from runoff_contracts.views import ContenderView, EntryView, JudgeView, RunView
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
    metrics: dict[tuple[UUID, int], dict[str, float]] = {}
    for found in await pool.fetch(statement("read/metrics"), ids):
        of_one = metrics.setdefault((found["run_id"], found["position"]), {})
        of_one[found["metric"]] = found["value"]
    reviewed = {
        (found["run_id"], found["position"]): Approvals(found["n_approved"], found["n_rejected"])
        for found in await pool.fetch(statement("read/approvals"), ids)
    }
    contenders: dict[UUID, list[ContenderView]] = {each: [] for each in ids}
    for found in await pool.fetch(statement("read/contenders"), ids):
        key = (found["run_id"], found["position"])
        view = _contender(found, metrics.get(key, {}), reviewed.get(key, Approvals()))
        contenders[found["run_id"]].append(view)
    judges: dict[UUID, list[JudgeView]] = {each: [] for each in ids}
    for found in await pool.fetch(statement("read/judges"), ids):
        judges[found["run_id"]].append(_judge(found))
    more = await _said_of(pool, ids)
    return [
        _run(row, contenders[row["run_id"]], judges[row["run_id"]], more[row["run_id"]])
        for row in rows
    ]


def entry_view(row: asyncpg.Record) -> EntryView:
    """An entry with what every contender answered, and its scores where there are some."""
    difference = None
    if row["difference"] is not None:
        difference = {
            "kind": row["difference_kind"],
            "n_agree": row["n_agree"],
            "n_answers": row["n_answers"],
            "value": row["difference"],
            "distance_px": row["distance_px"],
            "iou": row["iou"],
        }
    return EntryView.model_validate(
        {
            "index": row["index"],
            "entry_id": row["entry_id"],
            "status": "failed" if row["failed"] else "answered",
            "target": read_json(row["target"]),
            "section": row["section"],
            "split": row["split"],
            "metadata": read_json(row["metadata"]),
            "predictions": read_json(row["predictions"]),
            "judgements": read_json(row["judgements"]) or [],
            "scores": read_json(row["scores"]) or [],
            "difference": difference,
            "confidence_difference": row["confidence_difference"],
        }
    )


def read_json(text: str | None) -> object:
    """What a JSON text of the read models says."""
    return None if text is None else pydantic_core.from_json(text)


async def _said_of(pool: Pool, ids: Sequence[UUID]) -> dict[UUID, dict[str, object]]:
    """Parameters and lineage, by run."""
    said: dict[UUID, dict[str, object]] = {each: {} for each in ids}
    for row in await pool.fetch(statement("read/params"), ids):
        version, params = row["params_version"], read_json(row["params"])
        said[row["run_id"]] |= {"params": params, "params_version": version}
    for row in await pool.fetch(statement("read/lineage_summaries"), ids):
        said[row["run_id"]]["lineage"] = read_json(row["summary"])
    return said


def _contender(
    row: asyncpg.Record, metrics: dict[str, float], reviewed: Approvals
) -> ContenderView:
    n_scored, n_timed, n_metered = row["n_scored"], row["n_timed"], row["n_metered"]
    return ContenderView(
        position=row["position"],
        model=row["model"],
        number=row["number"],
        digest=row["digest"],
        primary=row["primary_scorer"],
        n_scored=n_scored,
        n_correct=row["n_correct"],
        n_failed=row["n_failed"],
        accuracy=row["n_correct"] / n_scored if n_scored else None,
        latency_mean_s=row["latency_ns"] / 1e9 / n_timed if n_timed else None,
        cost_usd=row["cost_picousd"] / 1e12 if row["n_priced"] else None,
        n_priced=row["n_priced"],
        n_input_tokens=row["n_input_tokens"] if n_metered else None,
        n_output_tokens=row["n_output_tokens"] if n_metered else None,
        metrics=metrics,
        n_uploaded=row["n_uploaded"],
        uploads_complete=row["uploads_complete"],
        n_approved=reviewed.n_approved,
        n_rejected=reviewed.n_rejected,
        approval_rate=reviewed.rate,
    )


def _judge(row: asyncpg.Record) -> JudgeView:
    n_metered = row["n_metered"]
    return JudgeView(
        scorer=row["scorer"],
        model=row["model"],
        number=row["number"],
        digest=row["digest"],
        n_verdicts=row["n_verdicts"],
        n_failed=row["n_failed"],
        cost_usd=row["cost_picousd"] / 1e12 if row["n_priced"] else None,
        n_priced=row["n_priced"],
        n_input_tokens=row["n_input_tokens"] if n_metered else None,
        n_output_tokens=row["n_output_tokens"] if n_metered else None,
    )


def _run(
    row: asyncpg.Record,
    contenders: list[ContenderView],
    judges: list[JudgeView],
    said: dict[str, object],
) -> RunView:
    return RunView.model_validate(
        {
            **{name: value for name, value in row.items() if name in _RUN_FIELDS},
            "run_id": str(row["run_id"]),
            "selection": read_json(row["selection"]),
            "config": read_json(row["config"]),
            "labels": read_json(row["labels"]),
            "scorers": read_json(row["scorers"]),
            "answers_from": read_json(row["answers_from"]),
            "contenders": contenders,
            "judges": judges,
            **said,
            "seq": max(row["seq"], row["comparison_seq"] or 0),
        }
    )
