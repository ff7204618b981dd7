"""An API of its own for each test, and one a file for tests that do not mind each other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from runoff_query.database import connect
from runoff_query.migrations import migrate
from runoff_testkit.databases import Databases, Migrate
from runoff_testkit.servers import Server, ServerMaker
from tests.contract.api.running import World, a_world


async def migrated(dsn: str) -> None:
    connection = await connect(dsn, name="tests")
    try:
        await migrate(connection)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def migrate_template() -> Migrate:
    return migrated


@pytest_asyncio.fixture
async def world(nats_server: Server, fresh_database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(nats_server, fresh_database, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def idle_world(
    server_maker: ServerMaker, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """For tests marked `IN_SHARED_LOOP` that need no service beside the API and its projector.

    Requests that are refused, and runs that stand in the log: those of other tests are there too.
    """
    async with shared_world(server_maker, databases, tmp_path_factory) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def working_world(
    server_maker: ServerMaker, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The same with a run-manager, a worker and a dataset `texts`, for what they refuse."""
    async with shared_world(server_maker, databases, tmp_path_factory) as made:
        await made.start_run_manager()
        await made.start_worker()
        await made.register_texts("texts", "aa")
        yield made


@asynccontextmanager
async def shared_world(
    server_maker: ServerMaker, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """For a fixture that lives as long as a file's tests."""
    nats_server = server_maker.nats(tmp_path_factory.mktemp("nats"))
    nats_server.start()
    try:
        async with databases.fresh(migrated) as dsn:
            folder = tmp_path_factory.mktemp("world")
            async with a_world(nats_server, dsn, folder) as made:
                yield made
    finally:
        nats_server.remove()
