"""Runs a projector beside a test, and reads what it has made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from nats.aio.client import Client

from runoff_eventlog.message import Message
from runoff_query.checkpoints import Checkpoints, read_checkpoints, start_checkpoints
from runoff_query.database import Pool
from runoff_query.projections import PROJECTIONS
from runoff_query.projector.follow import Follower
from runoff_testkit.waiting import eventually
from tests.integration.query.scribe import Scribe

TABLES = (
    "projection_checkpoints",
    "parked_messages",
    "deleted_runs",
    "datasets",
    "dataset_versions",
    "models",
    "model_versions",
    "runs",
    "run_contenders",
    "run_metrics",
    "run_ranges",
    "run_params",
    "run_labels",
    "run_words",
    "run_judges",
    "run_params_versions",
    "run_lineage",
    "entry_reviews",
    "entry_review_states",
    "run_approvals",
    "entries",
    "entry_scores",
    "comparisons",
    "comparison_runs",
    "plans",
    "run_plans",
    "run_decisions",
)


@asynccontextmanager
async def following(nc: Client, pool: Pool) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(Follower(pool).follow(nc))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def caught_up(pool: Pool, seq: int) -> None:
    async def projected() -> bool:
        async with pool.acquire() as connection:
            return (await read_checkpoints(connection)).lowest >= seq

    await eventually(projected, what=f"sequence {seq} projected")


async def rows(pool: Pool) -> dict[str, list[str]]:
    async with pool.acquire() as connection:
        return {
            table: sorted(
                str(row[0]) for row in await connection.fetch(f"SELECT t::text FROM {table} t")
            )
            for table in TABLES
        }


async def started(pool: Pool, log_id: str = "log") -> Checkpoints:
    async with pool.acquire() as connection:
        await start_checkpoints(connection, [each.name for each in PROJECTIONS], log_id)
        return await read_checkpoints(connection)


async def everything(scribe: Scribe) -> list[Message]:
    return await scribe.log.read("runoff.>")
