"""Runs and entries out of the read models, as views."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import asyncpg
import pydantic_core
from pydantic import TypeAdapter

from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.reviewing import Approvals
from runoff_contracts.run_config import RunConfig
from runoff_contracts.views import ContenderView, EntryView, JudgeView, RunView
from runoff_query.database import Pool
from runoff_query.statements import statement

_RUN_FIELDS = frozenset(RunView.model_fields)
_SCORERS = TypeAdapter(tuple[ScorerUsed, ...])
_N_KEPT = 64
"""Texts that were read: each may have some 100 kB, of prompts of one's own."""
_AT_ONCE = 20
"""Runs that are made without a thread: more take longer than others may wait."""


async def run_view(pool: Pool, run_id: str) -> RunView | None:
    """One run, or none where there is none (any more)."""
    row = await pool.fetchrow(statement("read/run"), run_id)
    return None if row is None else (await run_views(pool, [row]))[0]


async def run_views(pool: Pool, rows: Sequence[asyncpg.Record]) -> list[RunView]:
    """Runs of these rows, with their contenders, in their order."""
    ids = [row["run_id"] for row in rows]
    found = _Found(
        contenders=await pool.fetch(statement("read/contenders"), ids),
        judges=await pool.fetch(statement("read/judges"), ids),
        said=await pool.fetch(statement("read/said_of_runs"), ids),
    )
    if len(rows) <= _AT_ONCE:
        return _views(rows, found)
    return await asyncio.to_thread(_views, rows, found)


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


@dataclass(frozen=True)
class _Found:
    """What other tables have of runs."""

    contenders: list[asyncpg.Record]
    judges: list[asyncpg.Record]
    said: list[asyncpg.Record]


def _views(rows: Sequence[asyncpg.Record], found: _Found) -> list[RunView]:
    contenders: dict[UUID, list[ContenderView]] = {row["run_id"]: [] for row in rows}
    for each in found.contenders:
        contenders[each["run_id"]].append(_contender(each))
    judges: dict[UUID, list[JudgeView]] = {row["run_id"]: [] for row in rows}
    for each in found.judges:
        judges[each["run_id"]].append(_judge(each))
    said = {each["run_id"]: _said(each) for each in found.said}
    return [
        _run(row, contenders[row["run_id"]], judges[row["run_id"]], said.get(row["run_id"], {}))
        for row in rows
    ]


def _said(row: asyncpg.Record) -> dict[str, object]:
    """Lineage, plan and decision, and parameters where there are any."""
    said = {
        "lineage": read_json(row["lineage"]),
        "plan": row["plan"],
        "decided": read_json(row["decided"]),
        "n_planned": row["n_planned"],
    }
    if row["params"] is not None:
        said |= {"params": read_json(row["params"]), "params_version": row["params_version"]}
    return said


def _contender(row: asyncpg.Record) -> ContenderView:
    n_scored, n_timed, n_metered = row["n_scored"], row["n_timed"], row["n_metered"]
    reviewed = Approvals(row["n_approved"], row["n_rejected"])
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
        n_timed=n_timed,
        cost_usd=row["cost_picousd"] / 1e12 if row["n_priced"] else None,
        n_priced=row["n_priced"],
        n_input_tokens=row["n_input_tokens"] if n_metered else None,
        n_output_tokens=row["n_output_tokens"] if n_metered else None,
        metrics=dict(zip(row["metrics"] or (), row["values"] or (), strict=True)),
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
            "config": _config(row["config"]),
            "labels": read_json(row["labels"]),
            "scorers": _scorers(row["scorers"]),
            "answers_from": read_json(row["answers_from"]),
            "contenders": contenders,
            "judges": judges,
            **said,
            "seq": max(row["seq"], row["comparison_seq"] or 0),
        }
    )


@lru_cache(maxsize=_N_KEPT)
def _config(text: str) -> RunConfig:
    """Most runs of a list have one of a few."""
    return RunConfig.model_validate_json(text)


@lru_cache(maxsize=_N_KEPT)
def _scorers(text: str) -> tuple[ScorerUsed, ...]:
    return _SCORERS.validate_json(text)
