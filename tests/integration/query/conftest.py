"""A migrated database and an event log, each this test's alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client

from runoff_eventlog.bootstrap import bootstrap
from runoff_eventlog.log import EventLog
from runoff_query.database import Pool, connect, make_pool
from runoff_query.migrations import migrate
from runoff_testkit.databases import Migrate
from runoff_testkit.servers import Server
from tests.integration.query.scribe import Scribe


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
async def pool(fresh_database: str) -> AsyncIterator[Pool]:
    async with make_pool(fresh_database, name="tests", size=5, statement_s=None) as opened:
        yield opened


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[Client]:
    nc = await nats.connect(server.url, reconnect_time_wait=0.05, max_reconnect_attempts=-1)
    try:
        yield nc
    finally:
        await nc.close()


@pytest_asyncio.fixture
async def nc(nats_server: Server) -> AsyncIterator[Client]:
    async with connected(nats_server) as client:
        await bootstrap(client, None)
        yield client


@pytest.fixture
def scribe(nc: Client) -> Scribe:
    return Scribe(EventLog(nc, source="runoff/tests"))
