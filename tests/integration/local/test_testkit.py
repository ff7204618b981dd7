"""The servers and databases that every other integration test stands on."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import nats
import pytest
from nats.js.api import StreamConfig

from runoff_local.process import is_alive
from runoff_testkit.databases import Databases, Migrate
from runoff_testkit.servers import Server
from runoff_testkit.waiting import NeverHappened, eventually, wait_until


@pytest.fixture(scope="session")
def migrate_template() -> Migrate:
    return make_table


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def make_table(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE counted (n int); INSERT INTO counted VALUES (1)")
    await connection.close()


async def count(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        n_rows = await connection.fetchval("SELECT count(*) FROM counted")
    finally:
        await connection.close()
    return int(n_rows)


async def n_messages(url: str, stream: str) -> int:
    client = await nats.connect(url)
    try:
        return (await client.jetstream().stream_info(stream)).state.messages
    finally:
        await client.close()


async def fill(url: str, stream: str) -> None:
    client = await nats.connect(url)
    log = client.jetstream()
    await log.add_stream(StreamConfig(name=stream, subjects=[f"{stream}.>"]))
    for number in range(5):
        await log.publish(f"{stream}.{number}", b"")
    await client.close()


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_gets_a_migrated_database_of_its_own(
    fresh_database: str, turn: int
) -> None:
    """What one test writes, the next one does not see."""
    connection = await asyncpg.connect(fresh_database)
    await connection.execute("INSERT INTO counted VALUES ($1)", turn)
    await connection.close()

    assert await count(fresh_database) == 2


async def test_the_template_is_migrated_once(databases: Databases) -> None:
    """Migrating for each test would take most of a suite's time."""
    n_migrations = 0

    async def migrate(dsn: str) -> None:
        nonlocal n_migrations
        n_migrations += 1
        await make_table(dsn)

    for _ in range(2):
        async with databases.fresh(migrate) as dsn:
            assert await count(dsn) == 1

    assert n_migrations == 1


async def test_a_database_is_dropped_even_when_a_connection_was_left_open(
    databases: Databases, postgres_admin_dsn: str
) -> None:
    """A failed test must not leave its database for the next ones to trip over."""
    async with databases.fresh(make_table) as dsn:
        left_open = await asyncpg.connect(dsn)
        name = await left_open.fetchval("SELECT current_database()")
    left_open.terminate()

    admin = await asyncpg.connect(postgres_admin_dsn)
    found = await admin.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name)
    await admin.close()
    assert found == 0


async def test_a_shared_server_keeps_streams_in_files(nats_url: str) -> None:
    """Tests of the log need JetStream with a file store."""
    await fill(nats_url, "shared")

    assert await n_messages(nats_url, "shared") == 5


async def test_a_killed_nats_server_comes_back_on_its_address_with_every_message(
    nats_server: Server,
) -> None:
    """Crash tests of the services kill the server and go on."""
    await fill(nats_server.url, "kept")
    nats_server.kill9()
    nats_server.start()

    assert await n_messages(nats_server.url, "kept") == 5


async def test_a_killed_postgres_comes_back_on_its_address_with_every_row(
    postgres_server: Server,
) -> None:
    """Crash tests of the projector kill the server and go on."""
    await make_table(postgres_server.url)
    postgres_server.kill9()
    postgres_server.start()

    assert await count(postgres_server.url) == 1


async def test_a_stopped_server_can_be_started_again(nats_server: Server) -> None:
    """Tests of an orderly restart use the same object as those of a crash."""
    await fill(nats_server.url, "kept")
    nats_server.stop()
    nats_server.stop()
    port = int(nats_server.url.rsplit(":", 1)[1])
    wait_until(lambda: not is_listening(port))
    nats_server.start()
    nats_server.start()

    assert await n_messages(nats_server.url, "kept") == 5


async def test_a_server_asks_for_its_password(nats_server: Server) -> None:
    """Every local process can reach loopback."""
    with pytest.raises(Exception, match=r"(?i)authorization"):
        await nats.connect(
            f"nats://{nats_server.url.split('@')[1]}", allow_reconnect=False, error_cb=say_nothing
        )


def test_servers_go_with_tests_that_are_killed(tmp_path: Path) -> None:
    """An editor's stop button kills pytest, and nobody looks for what stayed."""
    script = (
        "import os, pathlib, sys\n"
        "from runoff_testkit.embedded import EmbeddedServers\n"
        "server = EmbeddedServers().nats(pathlib.Path(sys.argv[1]))\n"
        "server.start()\n"
        "print(server.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "nats")],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    pid = int(done.stdout)

    wait_until(lambda: not is_alive(pid), what="end of the server")


async def say_nothing(_error: Exception) -> None:
    return None


async def test_waiting_returns_what_came_true() -> None:
    """A test reads what it waited for instead of asking again."""
    asked: list[int] = []

    async def third_time() -> list[int] | None:
        asked.append(len(asked))
        return asked if len(asked) == 3 else None

    assert await eventually(third_time) == [0, 1, 2]
    assert wait_until(lambda: "at once") == "at once"


async def test_waiting_tells_what_never_happened() -> None:
    """The text of the failure has to be enough to know which condition it was."""
    with pytest.raises(NeverHappened, match="the moon did not happen within"):
        wait_until(lambda: False, deadline_s=0.01, what="the moon")
    with pytest.raises(NeverHappened, match="the moon"):
        await eventually(lambda: False, deadline_s=0.01, what="the moon")
