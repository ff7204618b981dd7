"""The bootstrap: database and log made ready, each held against the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import nats
import pytest
import pytest_asyncio
from pydantic import SecretStr

from runoff_contracts.subjects import LOG_STREAM
from runoff_eventlog.errors import LogBehind, LogGone, LogReplaced
from runoff_query.bootstrap import REFUSED, bootstrap, main
from runoff_query.checkpoints import Checkpoints, read_checkpoints
from runoff_query.database import connect
from runoff_query.projections import PROJECTIONS
from runoff_query.settings import DatabaseSettings
from runoff_testkit.databases import Databases, nothing_to_migrate
from runoff_testkit.servers import Server


@pytest_asyncio.fixture
async def settings(nats_server: Server, databases: Databases) -> AsyncIterator[DatabaseSettings]:
    async with databases.fresh(nothing_to_migrate) as dsn:
        yield DatabaseSettings(nats_url=SecretStr(nats_server.url), postgres_dsn=SecretStr(dsn))


async def test_an_empty_place_is_made_ready_once(settings: DatabaseSettings) -> None:
    """Again it finds everything there."""
    first = await bootstrap(settings)
    again = await bootstrap(settings)

    held = await _held(settings)
    assert first == again
    assert held == Checkpoints(first.log_id, {each.name: 0 for each in PROJECTIONS})


async def test_a_log_that_is_gone_is_not_made_anew(settings: DatabaseSettings) -> None:
    """An empty one in its place would hide that everything was lost."""
    await bootstrap(settings)
    await _execute(settings, "UPDATE projection_checkpoints SET last_seq = 7")
    await _delete_log(settings)

    with pytest.raises(LogGone, match="--accept-log"):
        await bootstrap(settings)


async def test_a_log_that_lost_its_end_is_refused(settings: DatabaseSettings) -> None:
    """Its next events would take sequences that were projected."""
    await bootstrap(settings)
    await _execute(settings, "UPDATE projection_checkpoints SET last_seq = 7")

    with pytest.raises(LogBehind):
        await bootstrap(settings)


async def test_another_log_is_refused_and_taken_when_told_to(settings: DatabaseSettings) -> None:
    """Then the read models are emptied: they are of the other one."""
    first = await bootstrap(settings)
    await _execute(settings, "UPDATE projection_checkpoints SET last_seq = 7")
    await _execute(settings, "INSERT INTO deleted_runs VALUES (gen_random_uuid(), 1)")
    await _delete_log(settings)
    await bootstrap(settings, accept_log=True)
    await _execute(
        settings, f"UPDATE projection_checkpoints SET last_seq = 7, log_id = '{first.log_id}'"
    )
    with pytest.raises(LogReplaced):
        await bootstrap(settings)
    state = await bootstrap(settings, accept_log=True)

    assert state.log_id != first.log_id
    assert (await _held(settings)).seqs == {each.name: 0 for each in PROJECTIONS}
    assert await _value(settings, "SELECT count(*) FROM deleted_runs") == 0


async def test_accepting_a_log_that_is_right_empties_nothing(settings: DatabaseSettings) -> None:
    """An operator who says it once too often loses no time."""
    await bootstrap(settings)
    await _execute(settings, "INSERT INTO deleted_runs VALUES (gen_random_uuid(), 1)")
    await bootstrap(settings, accept_log=True)

    assert await _value(settings, "SELECT count(*) FROM deleted_runs") == 1


def test_the_command_says_by_its_exit_code_who_has_to_act(
    settings: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0: go on. 3: an operator decides."""
    monkeypatch.setattr("runoff_query.bootstrap.set_up_logs", lambda *_, **__: None)
    monkeypatch.setenv("RUNOFF_NATS_URL", settings.nats_url.get_secret_value())
    monkeypatch.setenv("RUNOFF_POSTGRES_DSN", settings.postgres_dsn.get_secret_value())
    ready = main([])
    asyncio.run(_execute(settings, "UPDATE projection_checkpoints SET last_seq = 7"))
    refused = main([])
    accepted = main(["--accept-log"])

    assert (ready, refused, accepted) == (0, REFUSED, 0)


async def _held(settings: DatabaseSettings) -> Checkpoints:
    connection = await connect(settings.postgres_dsn.get_secret_value(), name="tests")
    try:
        return await read_checkpoints(connection)
    finally:
        await connection.close()


async def _execute(settings: DatabaseSettings, statement: str) -> None:
    await _value(settings, statement)


async def _value(settings: DatabaseSettings, statement: str) -> object:
    connection = await connect(settings.postgres_dsn.get_secret_value(), name="tests")
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def _delete_log(settings: DatabaseSettings) -> None:
    nc = await nats.connect(settings.nats_url.get_secret_value())
    await nc.jetstream().delete_stream(LOG_STREAM)
    await nc.close()
