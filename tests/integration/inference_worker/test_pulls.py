"""Standing in the work queue: what comes is taken, however long it takes, whatever is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from runoff_contracts import subjects
from runoff_eventlog.bootstrap import make_work_queue
from runoff_inference_worker import pulls as pulls_module
from runoff_inference_worker.pulls import Pulls
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.eventlog.conftest import connected

_DEADLINE_S = 30.0


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that stand for seconds are to be over, and lost, many times here."""
    monkeypatch.setattr(pulls_module, "_STANDING_S", 0.2)
    monkeypatch.setattr(pulls_module, "_LOOK_S", 0.1)


@pytest.fixture
async def nc(nats_server: Server) -> AsyncIterator[Client]:
    async with connected(nats_server.url) as client:
        await make_work_queue(client)
        yield client


async def test_what_comes_after_requests_ran_out_is_taken(nc: Client) -> None:
    """An idle worker renews them, and takes an item of any class."""
    came: list[Msg] = []
    pulls = Pulls(nc, came.append)
    await pulls.open()
    async with asyncio.timeout(_DEADLINE_S):
        for n, priority in enumerate(("low", "high", "normal"), start=1):
            waiting = asyncio.create_task(pulls.wait())
            await eventually(lambda last=3 * n: pulls._number > last)  # type: ignore[misc]  # mypy cannot infer a lambda's default; nothing else tells that a request was renewed
            await nc.jetstream().publish(subjects.work(priority, f"run-{n}", 0), b"")
            await waiting
            assert len(came) == n
            await came[-1].ack()
    await pulls.close()


async def test_a_queue_that_was_lost_and_made_again_is_stood_in_again(
    nc: Client, nats_server: Server
) -> None:
    """The server forgot every request; nothing else tells a worker that waits."""
    came: list[Msg] = []
    pulls = Pulls(nc, came.append)
    await pulls.open()
    n_reconnects = nc.stats["reconnects"]
    async with asyncio.timeout(_DEADLINE_S):
        waiting = asyncio.create_task(pulls.wait())
        await asyncio.to_thread(nats_server.kill9)
        await asyncio.to_thread(nats_server.start)
        await eventually(lambda: nc.stats["reconnects"] > n_reconnects)
        await waiting
        await make_work_queue(nc)
        await nc.jetstream().publish(subjects.work("normal", "run", 0), b"")
        await pulls.wait()
    assert len(came) == 1
    await pulls.close()
