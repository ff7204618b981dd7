"""The projector: each fact once, whatever happens around it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from nats.aio.client import Client

from runoff_contracts import subjects
from runoff_contracts.ids import new_run_id
from runoff_eventlog.bootstrap import bootstrap
from runoff_eventlog.errors import LogBehind, LogReplaced
from runoff_query.api.run_queries import run_view
from runoff_query.checkpoints import read_checkpoints
from runoff_query.database import Pool, connect, make_pool
from runoff_query.errors import Fenced
from runoff_query.migrations import migrate
from runoff_query.outages import POSTGRES_AWAY
from runoff_query.projector.batch import project, read_batch
from runoff_query.projector.follow import Follower
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.query import facts
from tests.integration.query.conftest import connected
from tests.integration.query.projecting import (
    TABLES,
    caught_up,
    everything,
    following,
    rows,
    started,
)
from tests.integration.query.scribe import Scribe


async def test_a_redelivered_batch_counts_once(scribe: Scribe, pool: Pool) -> None:
    """JetStream delivers at least once; the checkpoint makes it exactly once."""
    await scribe.whole_run()
    batch = read_batch(await everything(scribe))
    held = await started(pool)
    async with pool.acquire() as connection:
        moved = await project(connection, held, batch)
        first = await rows(pool)
        again = await project(connection, moved, batch)

    assert again == moved
    assert await rows(pool) == first


async def test_the_same_log_gives_the_same_rows_however_it_is_cut(
    scribe: Scribe, pool: Pool
) -> None:
    """Rows are a function of the log alone, so that a rebuild can be held against them."""
    await scribe.registry()
    for seed in range(3):
        await scribe.whole_run(seed=seed)
    await scribe.decided_run()
    messages = await everything(scribe)
    seen = []
    for size in (1, 7, len(messages)):
        await _empty(pool)
        held = await started(pool)
        async with pool.acquire() as connection:
            for start in range(0, len(messages), size):
                batch = read_batch(messages[start : start + size])
                held = await project(connection, held, batch)
        seen.append(await rows(pool))

    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]["entries"]) == 34


async def test_a_decided_run_is_about_the_entries_that_it_asked(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """Whoever pages through it, counts or draws a bar needs no case for its tail."""
    run = await scribe.decided_run()
    async with following(nc, pool):
        await caught_up(pool, await scribe.log.last_seq())
        view = await run_view(pool, run)
        assert view is not None
        await scribe.run(run, facts.deleted(run))
        await caught_up(pool, await scribe.log.last_seq())

    assert (view.status, view.n_entries, view.n_scored, view.n_planned) == ("completed", 4, 4, 10)
    assert view.plan == facts.sealed().digest
    assert view.decided == facts.given_watched(run)
    after = await rows(pool)
    assert (len(after["plans"]), after["run_plans"], after["run_decisions"]) == (1, [], [])


async def test_a_second_projector_is_fenced(scribe: Scribe, pool: Pool) -> None:
    """Two that project the same messages would count them twice."""
    await scribe.whole_run()
    batch = read_batch(await everything(scribe))
    held = await started(pool)
    async with pool.acquire() as one, pool.acquire() as other:
        await project(one, held, batch)
        before = await rows(pool)
        with pytest.raises(Fenced):
            await project(other, held, batch)

    assert await rows(pool) == before


async def test_two_projectors_at_once_give_each_fact_once(
    nats_server: Server, nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """A deployment that starts the new one before the old one ended must not miscount."""
    async with (
        connected(nats_server) as second,
        following(nc, pool),
        following(second, pool),
    ):
        for seed in range(5):
            await scribe.whole_run(seed=seed)
        await caught_up(pool, await scribe.log.last_seq())

    assert await pool.fetchval("SELECT count(*) FROM entries") == 50
    assert await pool.fetchval("SELECT min(n_processed) FROM runs") == 10
    assert await pool.fetchval("SELECT max(n_processed) FROM runs") == 10


async def test_a_projection_that_is_new_reads_the_log_from_its_beginning(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """The others keep what they have: nothing of theirs is counted again."""
    await scribe.whole_run()
    last = await scribe.log.last_seq()
    async with following(nc, pool):
        await caught_up(pool, last)
    before = await rows(pool)
    await pool.execute("DELETE FROM comparisons; DELETE FROM comparison_runs")
    await pool.execute("DELETE FROM projection_checkpoints WHERE projection = 'comparisons'")
    async with following(nc, pool):
        await eventually(lambda: _n(pool, "comparisons"), what="the comparison projected")
        await caught_up(pool, last)

    assert await rows(pool) == before


async def test_a_message_that_nobody_can_read_is_parked(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """One foreign message must not hold up every run."""
    foreign = await scribe.log.js.publish(subjects.lifecycle(new_run_id()), b"not an event")
    run = await scribe.whole_run()
    last = await scribe.log.last_seq()
    async with following(nc, pool):
        await caught_up(pool, last)

    parked = await pool.fetch("SELECT * FROM parked_messages")
    assert [row["seq"] for row in parked] == [foreign.seq]
    assert "CloudEvents" in parked[0]["reason"]
    assert str(await pool.fetchval("SELECT run_id FROM runs")) == run


async def test_a_message_with_values_that_postgres_refuses_is_parked(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """An index over 2^31 fits the event and no column; what is around it is projected."""
    run = new_run_id()
    await scribe.run(run, facts.created(run, 2))
    bad = await scribe.processed(run, 0, facts.processed(run, 2**31, "zero"))
    await scribe.processed(run, 1, facts.processed(run, 1, "zero"))
    twice = await scribe.processed(run, 2, facts.processed(run, 1, "one"))
    async with following(nc, pool):
        await caught_up(pool, twice)

    assert [row["seq"] for row in await pool.fetch("SELECT seq FROM parked_messages")] == [
        bad,
        twice,
    ]
    assert await pool.fetchval("SELECT n_processed FROM runs") == 1


async def test_nothing_is_lost_when_postgres_and_nats_are_killed(
    nats_server: Server, postgres_server: Server, nc: Client, scribe: Scribe
) -> None:
    """The projector waits for both and goes on where the checkpoint stands."""
    connection = await connect(postgres_server.url, name="tests")
    await migrate(connection)
    await connection.close()
    async with (
        make_pool(postgres_server.url, name="tests", size=5, statement_s=None) as pool,
        following(nc, pool),
    ):
        await scribe.whole_run(seed=1)
        await caught_up(pool, await scribe.log.last_seq())
        await asyncio.to_thread(_kill_and_start, postgres_server)
        await scribe.whole_run(seed=2)
        await asyncio.to_thread(_kill_and_start, nats_server)
        run = await scribe.whole_run(seed=3)
        last = await scribe.log.last_seq()

        async def there() -> bool:
            with suppress(*POSTGRES_AWAY):
                async with pool.acquire() as reading:
                    return (await read_checkpoints(reading)).lowest >= last
            return False

        await eventually(there, deadline_s=30, what="everything projected")

        assert await pool.fetchval("SELECT count(*) FROM entries") == 30
        assert await pool.fetchval("SELECT n_processed FROM runs WHERE run_id = $1", run) == 10


async def test_a_projector_refuses_a_log_that_lost_its_end(
    nc: Client, scribe: Scribe, pool: Pool
) -> None:
    """New events would take sequences that are projected already, and be skipped."""
    state = await bootstrap(nc, None)
    await started(pool, state.log_id)
    await pool.execute("UPDATE projection_checkpoints SET last_seq = 1000")

    with pytest.raises(LogBehind):
        await Follower(pool).follow(nc)


async def test_a_projector_refuses_another_log(nc: Client, pool: Pool) -> None:
    """Its sequences mean other events."""
    await started(pool, "another-log")
    await pool.execute("UPDATE projection_checkpoints SET last_seq = 1")

    with pytest.raises(LogReplaced):
        await Follower(pool).follow(nc)


def _kill_and_start(server: Server) -> None:
    server.kill9()
    server.start()


async def _n(pool: Pool, table: str) -> int:
    return int(await pool.fetchval(f"SELECT count(*) FROM {table}"))


async def _empty(pool: Pool) -> None:
    await pool.execute(f"TRUNCATE {', '.join(TABLES)}")
