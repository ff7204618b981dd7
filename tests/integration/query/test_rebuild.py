"""Rebuilding the read models beside the live ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest
from nats.aio.client import Client
from pydantic import SecretStr

from runoff_contracts.commands import Accepted, RebuildReadModels
from runoff_contracts.health_views import RebuildView
from runoff_contracts.problem import Problem
from runoff_query.database import LIVE, Pool, connect
from runoff_query.projector.consumer import Rebuilds
from runoff_query.projector.rebuild import Rebuilt, Report, rebuild
from runoff_query.rebuild_state import read_state, write_state
from runoff_query.settings import DatabaseSettings
from runoff_testkit.waiting import eventually
from tests.integration.query.projecting import caught_up, following, rows
from tests.integration.query.scribe import Scribe

COMMAND = RebuildReadModels(command_id="c", sent_at=datetime(2026, 11, 21, tzinfo=UTC))


async def _no_report(_seq: int, _target_seq: int) -> None:
    return None


async def _rebuilt(dsn: str, nc: Client, *, report: Report = _no_report) -> Rebuilt:
    connection = await connect(dsn, name="rebuild")
    try:
        return await rebuild(connection, nc, report)
    finally:
        await connection.close()


@asynccontextmanager
async def rebuilding(dsn: str, nc: Client, pool: Pool) -> AsyncIterator[Rebuilds]:
    rebuilds = Rebuilds(DatabaseSettings(postgres_dsn=SecretStr(dsn)), pool)
    task = asyncio.create_task(rebuilds.work(nc))
    try:
        yield rebuilds
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _indexes(pool: Pool) -> set[str]:
    """What makes each index of the live tables."""
    async with pool.acquire() as connection:
        found = await connection.fetch(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = $1", LIVE
        )
    return {each["indexdef"] for each in found}


async def _state(pool: Pool) -> RebuildView:
    async with pool.acquire() as connection:
        return await read_state(connection)


async def test_fresh_tables_equal_the_live_ones(
    fresh_database: str, nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """Every row is a function of the log, whatever batches it came in."""
    await scribe.registry()
    async with following(nc, pool):
        for seed in range(5):
            await scribe.reviewed_run(seed=seed)
        live = await scribe.live_run()
        last = await scribe.log.last_seq()
        await caught_up(pool, last)
        before, indexes = await rows(pool), await _indexes(pool)
        done = await _rebuilt(fresh_database, nc)

    assert done.equal
    assert await _indexes(pool) == indexes, "those set aside while the rows came"
    async with pool.acquire() as connection:
        pushed = await connection.fetch(
            "SELECT n_uploaded, uploads_complete FROM run_contenders"
            " WHERE run_id = $1 ORDER BY position",
            live,
        )
    assert [tuple(each) for each in pushed] == [(6, True), (4, False)]
    assert done.seq == last
    assert done.tables["entries"].n_rows == done.tables["entries"].n_rows_live == 50
    assert done.tables["entry_reviews"].n_rows == 35
    assert set(done.tables) >= {"runs", "run_metrics", "entry_scores", "projection_checkpoints"}
    finding = {"run_ranges": 5 * 10, "run_params": 5 * 2, "run_labels": 5, "run_words": 6}
    assert {name: done.tables[name].n_rows for name in finding} == finding
    assert await rows(pool) == before


async def test_readers_and_the_projector_go_on_meanwhile(
    fresh_database: str, nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """Three rebuilds under a running log: no query fails, no fact is lost or counted twice."""
    n_read = 0
    runs: list[str] = []
    over = asyncio.Event()

    async def read() -> None:
        nonlocal n_read
        while not over.is_set():
            await pool.fetch("SELECT * FROM runs r JOIN entries USING (run_id) LIMIT 50")
            n_read += 1

    async def write() -> None:
        while not over.is_set():
            runs.append(await scribe.whole_run(seed=len(runs)))

    async with following(nc, pool):
        await caught_up(pool, await scribe.registry())
        async with asyncio.TaskGroup() as group:
            group.create_task(read())
            group.create_task(write())
            for _ in range(3):
                done = await _rebuilt(fresh_database, nc)
                assert done.equal, done.tables
            over.set()
        await caught_up(pool, await scribe.log.last_seq())

    assert n_read > 10
    assert await pool.fetchval("SELECT count(*) FROM runs WHERE n_processed = 10") == len(runs)
    assert await pool.fetchval("SELECT count(*) FROM entries") == 10 * len(runs)


async def test_a_table_that_differs_is_named_and_put_right(
    fresh_database: str, nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """The log is the truth; that rows were otherwise is said, not hidden."""
    async with following(nc, pool):
        await scribe.whole_run()
        await caught_up(pool, await scribe.log.last_seq())
    await pool.execute("UPDATE runs SET n_processed = 99")
    async with rebuilding(fresh_database, nc, pool) as rebuilds:
        assert isinstance(await rebuilds.accept(COMMAND), Accepted)

        async def swapped() -> bool:
            return (await _state(pool)).state == "swapped"

        await eventually(swapped, what="the swap")

    state = await _state(pool)
    assert [name for name, check in state.tables.items() if not check.equal] == ["runs"]
    assert "runs" in state.detail
    assert await pool.fetchval("SELECT n_processed FROM runs") == 10


async def test_a_rebuild_that_is_cut_off_changes_nothing(
    fresh_database: str, nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """What it built is left behind, and the next one starts clean."""
    async with following(nc, pool):
        await scribe.whole_run()
        await caught_up(pool, await scribe.log.last_seq())
        before = await rows(pool)

        async def killed(_seq: int, _target_seq: int) -> None:
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await _rebuilt(fresh_database, nc, report=killed)
        cut_off = await rows(pool)
        done = await _rebuilt(fresh_database, nc)

    assert cut_off == before
    assert done.equal


async def test_a_rebuild_that_died_with_its_projector_is_said_to_have_failed(
    fresh_database: str, nc: Client, pool: Pool
) -> None:
    """Nobody waits for ever for one that is said to run."""
    running = RebuildView(state="running", seq=3, target_seq=9, tables={})
    async with pool.acquire() as connection:
        await write_state(connection, running)
    async with rebuilding(fresh_database, nc, pool):

        async def failed() -> bool:
            return (await _state(pool)).state == "failed"

        await eventually(failed, what="the failure")

    assert "Nothing was changed" in (await _state(pool)).detail


async def test_one_rebuild_runs_at_a_time(fresh_database: str, nc: Client, pool: Pool) -> None:
    """Two would drop each other's tables."""
    rebuilds = Rebuilds(DatabaseSettings(postgres_dsn=SecretStr(fresh_database)), pool)
    first = await rebuilds.accept(COMMAND)
    second = await rebuilds.accept(COMMAND)
    await rebuilds.close()

    assert isinstance(first, Accepted)
    assert isinstance(second, Problem)
    assert second.status == 409


async def test_an_empty_log_can_be_rebuilt(
    fresh_database: str, nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """The first thing that a careful operator tries."""
    async with following(nc, pool):

        async def started() -> bool:
            return bool(await pool.fetchval("SELECT count(*) FROM projection_checkpoints"))

        await eventually(started, what="checkpoints")
        done = await _rebuilt(fresh_database, nc)

    assert done.equal
    assert done.seq == 0
