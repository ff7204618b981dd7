"""A connection to a server of the test's own, with the product's streams and consumers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig

from runoff_contracts.subjects import LOG_STREAM
from runoff_eventlog.bootstrap import bootstrap
from runoff_eventlog.log import EventLog
from runoff_testkit.servers import Server

EVERYTHING = "everything"
"""A durable reader without a filter, as a subscriber would make one."""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    nc = await nats.connect(
        url,
        reconnect_time_wait=0.02,
        max_reconnect_attempts=-1,
        error_cb=_ignore,
    )
    try:
        yield nc
    finally:
        # The server may be down for good by then, and reconnecting may miss a cancellation.
        with suppress(OSError):
            await nc.close()
        while (task := nc._reconnection_task) is not None and not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=0.1)


@pytest_asyncio.fixture
async def nc(nats_server: Server) -> AsyncIterator[Client]:
    async with connected(nats_server.url) as client:
        await bootstrap(client, None)
        await client.jetstream().add_consumer(
            LOG_STREAM,
            ConsumerConfig(
                durable_name=EVERYTHING,
                ack_policy=AckPolicy.ALL,
                ack_wait=30,
                max_ack_pending=100_000,
            ),
        )
        yield client


@pytest.fixture
def log(nc: Client) -> EventLog:
    return EventLog(nc, source="runoff/tests")


async def _ignore(error: Exception) -> None:
    """Losing the server is what these tests are about: nobody needs to hear of it."""
