"""An API of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from runoff_query.database import connect
from runoff_query.migrations import migrate
from runoff_testkit.databases import Migrate
from runoff_testkit.servers import Server
from tests.contract.api.running import World, a_world


async def _migrate(dsn: str) -> None:
    connection = await connect(dsn, name="tests")
    try:
        await migrate(connection)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def migrate_template() -> Migrate:
    return _migrate


@pytest_asyncio.fixture
async def world(nats_server: Server, fresh_database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(nats_server, fresh_database, tmp_path) as made:
        yield made
