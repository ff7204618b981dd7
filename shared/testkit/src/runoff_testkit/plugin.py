"""Fixtures: a real NATS server and a real PostgreSQL, embedded or in containers.

RUNOFF_TEST_SERVERS chooses: `embedded` (the default; the binaries of `runoff up`) or
`containers` (Docker). Servers start when the first test asks for one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from runoff_testkit.databases import Databases, Migrate, nothing_to_migrate
from runoff_testkit.embedded import EmbeddedServers
from runoff_testkit.live import LiveStack, StackMaker, live_stack
from runoff_testkit.servers import Server, ServerMaker

MODE_VARIABLE = "RUNOFF_TEST_SERVERS"


@pytest.fixture(scope="session")
def server_maker() -> Iterator[ServerMaker]:
    """Makes servers the way RUNOFF_TEST_SERVERS says."""
    maker = _maker(os.environ.get(MODE_VARIABLE) or "embedded")
    try:
        yield maker
    finally:
        maker.close()


@pytest.fixture(scope="session")
def nats_url(server_maker: ServerMaker, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of one NATS server that all tests share: streams need names of their own."""
    server = server_maker.nats(tmp_path_factory.mktemp("nats"))
    server.start()
    return server.url


@pytest.fixture
def nats_server(server_maker: ServerMaker, tmp_path: Path) -> Iterator[Server]:
    """A started NATS server with an empty store that this test may stop and kill."""
    server = server_maker.nats(tmp_path / "nats")
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgres_admin_dsn(server_maker: ServerMaker) -> str:
    """DSN of a superuser on the one PostgreSQL that all tests share."""
    server = server_maker.postgres()
    server.start()
    return server.url


@pytest.fixture
def postgres_server(server_maker: ServerMaker) -> Iterator[Server]:
    """A started PostgreSQL that this test may stop and kill; making it takes most of a second."""
    server = server_maker.postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def databases(postgres_admin_dsn: str) -> Databases:
    """Makes databases on the shared PostgreSQL."""
    return Databases(postgres_admin_dsn)


@pytest.fixture(scope="session")
def migrate_template() -> Migrate:
    """Override it, in a conftest or a test module, with what brings a database to its schema.

    It runs once a session for each function, so return the same function object every time.
    """
    return nothing_to_migrate


@pytest_asyncio.fixture
async def fresh_database(databases: Databases, migrate_template: Migrate) -> AsyncIterator[str]:
    """DSN of a migrated database that is this test's alone."""
    async with databases.fresh(migrate_template) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def stack_maker(
    server_maker: ServerMaker, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> StackMaker:
    """Makes whole stacks: with the servers that `runoff up` embeds, or with containers.

    Making a database cluster takes most of a second, so a stack gets a database on the shared
    server, but where a test says that it needs its own.
    """

    @contextmanager
    def make(
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
        own_postgres: bool = False,
        pages: bool = False,
    ) -> Iterator[LiveStack]:
        servers: dict[str, Server] = {}
        dsn = None if own_postgres else asyncio.run(databases.create())
        if not isinstance(server_maker, EmbeddedServers):
            servers["nats-server"] = server_maker.nats(tmp_path_factory.mktemp("nats"))
            if own_postgres:
                servers["postgres"] = server_maker.postgres()
        for server in servers.values():
            server.start()
        try:
            with live_stack(
                folder, env=env, servers=servers, postgres_dsn=dsn, pages=pages
            ) as stack:
                yield stack
        finally:
            for server in servers.values():
                server.remove()

    return make


def _maker(mode: str) -> ServerMaker:
    if mode == "embedded":
        return EmbeddedServers()
    if mode != "containers":
        pytest.exit(f"{MODE_VARIABLE}={mode}: it has to be `embedded` or `containers`", 2)
    # Its libraries take a third of a second to import, which every worker would pay.
    from runoff_testkit.containers import ContainerServers, NoContainerEngine

    try:
        return ContainerServers()
    except NoContainerEngine as error:
        pytest.exit(str(error), 2)
