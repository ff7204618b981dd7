"""The shell of a service: ready when it is, one clean stop, and nothing that limps on."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client

from runoff_runtime.health import ready
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually, wait_until
from tests.integration.runtime.conftest import Start
from tests.integration.runtime.sample_service import CLEANED_UP, GO


@pytest_asyncio.fixture
async def nc(nats_server: Server) -> AsyncIterator[Client]:
    connection = await nats.connect(nats_server.url, max_reconnect_attempts=-1)
    yield connection
    await connection.close()


async def test_a_stop_is_quick_and_lets_tasks_clean_up(
    nc: Client, nats_server: Server, start: Start
) -> None:
    """Exit 0 within a second; the connection outlives what the tasks still have to say."""
    said = await nc.subscribe(CLEANED_UP)
    await nc.flush()
    sample = start("waits", nats_server.url)
    started = time.monotonic()
    sample.terminate()

    assert await asyncio.to_thread(sample.ended) == 0
    assert time.monotonic() - started < 1.5
    await said.next_msg(1)
    assert sample.lines()[-1]["event"] == "service.stopped"


@pytest.mark.parametrize("mode", ["dies", "ends"])
async def test_a_task_that_is_over_ends_the_process(
    nc: Client, nats_server: Server, start: Start, mode: str
) -> None:
    """Its supervisor starts a fresh one, which recovers from the log; the reason is in a line."""
    sample = start(mode, nats_server.url)
    assert sample.process.poll() is None
    await eventually(lambda: _told(nc, sample.process), what="the end of the process")

    assert sample.process.returncode == 1
    (failure,) = [line for line in sample.lines() if line["event"] == "service.failed"]
    assert ("the task broke" if mode == "dies" else "a background task ended") in failure[
        "exception"
    ]


def test_health_follows_the_connection(nats_server: Server, start: Start) -> None:
    """Not ready while NATS is away, alive all the time, ready again; no line has its password."""
    password = nats_server.url.split(":")[2].split("@")[0]
    sample = start("waits", nats_server.url)
    assert (sample.get("/health/live"), sample.get("/health/ready")) == (200, 200)

    nats_server.kill9()
    wait_until(lambda: sample.get("/health/ready") == 503)
    assert sample.get("/health/live") == 200
    nats_server.start()
    wait_until(lambda: sample.get("/health/ready") == 200)
    assert sample.get("/nothing/here") == 404
    nats_server.kill9()
    wait_until(lambda: sample.get("/health/ready") == 503)
    sample.terminate()
    assert sample.ended() == 0
    assert len(password) > 8
    assert password not in sample.log()


def test_health_follows_the_services_own_check(nats_server: Server, start: Start) -> None:
    """run-manager is ready when it knows the runs under way, not when it is connected."""
    sample = start("unready", nats_server.url)

    assert (sample.get("/health/live"), sample.get("/health/ready")) == (200, 503)
    assert not ready(sample.port)
    sample.terminate()
    sample.ended()
    assert not ready(sample.port)


def test_a_container_can_ask_for_its_health(nats_server: Server, start: Start) -> None:
    """The images hold no curl."""
    sample = start("waits", nats_server.url)
    probe = subprocess.run(
        [sys.executable, "-m", "runoff_runtime.health"],
        env={**os.environ, "RUNOFF_PORT": str(sample.port)},
        check=False,
    )

    assert probe.returncode == 0


def test_a_service_that_waits_for_nats_can_be_stopped(nats_server: Server, start: Start) -> None:
    """A supervisor that gives up during an outage must not have to kill it."""
    nats_server.stop()
    sample = start("waits", nats_server.url, wait=False)
    wait_until(lambda: _handles_sigterm(sample.process.pid))
    started = time.monotonic()
    sample.process.send_signal(signal.SIGINT)

    assert sample.ended() == 0
    assert time.monotonic() - started < 1.5


def test_a_service_that_is_early_starts_when_nats_does(nats_server: Server, start: Start) -> None:
    """Containers come up in any order."""
    nats_server.stop()
    sample = start("waits", nats_server.url, wait=False)
    wait_until(lambda: _handles_sigterm(sample.process.pid))
    nats_server.start()

    wait_until(lambda: sample.get("/health/ready") == 200)


def test_a_port_that_is_taken_ends_the_process(nats_server: Server, start: Start) -> None:
    """With an error, not with a service that nobody can ask."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        sample = start("waits", nats_server.url, wait=False, RUNOFF_PORT=port)

        assert sample.ended() != 0
    assert "address already in use" in sample.log()


async def _told(nc: Client, process: subprocess.Popen[bytes]) -> bool:
    await nc.publish(GO, b"")
    return process.poll() is not None


def _handles_sigterm(pid: int) -> bool:
    """Linux says which signals a process has taken over; elsewhere a moment has to do."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        time.sleep(2)
        return True
    caught = next(line for line in lines if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
