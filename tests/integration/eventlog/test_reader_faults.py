"""The batch reader under crashes of the server and dropped connections: nothing lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from nats.aio.client import Client

from runoff_eventlog import log as log_module
from runoff_eventlog import reader as reader_module
from runoff_eventlog.log import EventLog
from runoff_eventlog.reader import LogReader
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.eventlog.conftest import connected
from tests.integration.eventlog.facts import fill
from tests.integration.eventlog.test_reader import DURABLE, ack_floor, read_to

_FAULTS = 5
_DEADLINE_S = 60.0
_TOTAL = 1_500


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product waits seconds for a dead server: here that many faults are to be over sooner."""
    monkeypatch.setattr(log_module, "_ANSWER_S", 0.5)
    monkeypatch.setattr(reader_module, "_HEARTBEAT_S", 0.2)


async def _reads_all(
    log: EventLog, reader: LogReader, fault: Callable[[], Awaitable[None]]
) -> list[int]:
    """What a reader hands over while a writer writes and faults happen."""
    seqs: list[int] = []

    async def break_things() -> None:
        for number in range(1, _FAULTS + 1):
            await eventually(lambda part=number: len(seqs) >= part * 100, deadline_s=_DEADLINE_S)  # type: ignore[misc]  # mypy cannot infer a lambda's default
            await fault()

    async with asyncio.timeout(_DEADLINE_S), asyncio.TaskGroup() as group:
        group.create_task(fill(log, _TOTAL))
        group.create_task(break_things())
        async for batch in reader.batches():
            seqs += [message.seq for message in batch]
            await reader.ack(batch[-1])
            if seqs[-1] == _TOTAL:
                break
    return seqs


async def test_kills_of_the_server_lose_and_double_nothing(
    log: EventLog, nats_server: Server
) -> None:
    """Every message is handed over once, in order, through five crashes."""

    async def crash() -> None:
        await asyncio.to_thread(nats_server.kill9)
        await asyncio.to_thread(nats_server.start)

    async with LogReader(log, DURABLE, batch=32) as reader:
        assert await _reads_all(log, reader, crash) == list(range(1, _TOTAL + 1))
    await eventually(lambda: _floor_is(log, _TOTAL))


async def test_dropped_connections_lose_and_double_nothing(
    log: EventLog, nats_server: Server
) -> None:
    """What was under way on the old connection is lost, and asked for again on the new one."""
    async with connected(nats_server.url) as nc:
        async with LogReader(EventLog(nc, source="runoff/tests"), DURABLE, batch=32) as reader:
            seqs = await _reads_all(log, reader, lambda: _drop(nc))
        assert nc.stats["reconnects"] >= _FAULTS

    assert seqs == list(range(1, _TOTAL + 1))


async def test_a_fault_does_not_acknowledge_what_is_still_being_worked_on(
    log: EventLog, nats_server: Server
) -> None:
    """Going on after a fault moves the server's floor: not over work that may still fail."""
    await fill(log, 20)
    async with (
        connected(nats_server.url) as nc,
        LogReader(EventLog(nc, source="runoff/tests"), DURABLE, batch=5) as reader,
    ):
        done = await read_to(reader, 5)
        seqs = done + await read_to(reader, 10, ack=False)
        await _drop(nc)
        seqs += await read_to(reader, 15, ack=False)

    assert seqs == list(range(1, len(seqs) + 1))
    assert await ack_floor(log) == done[-1]


async def test_work_that_outlasts_a_fault_is_acknowledged(
    log: EventLog, nats_server: Server
) -> None:
    """An acknowledgement of before the fault counts, and does not hide those that follow."""
    await fill(log, 60)
    async with (
        connected(nats_server.url) as nc,
        LogReader(EventLog(nc, source="runoff/tests"), DURABLE, batch=64) as reader,
    ):
        batches = reader.batches()
        before = await anext(batches)
        await _drop(nc)
        await fill(log, 1, first=60)
        seqs = [m.seq for m in before]
        while seqs[-1] < 61:
            after = await anext(batches)
            seqs += [m.seq for m in after]
        await reader.ack(before[-1])
        await eventually(lambda: _floor_is(log, before[-1].seq))
        await reader.ack(after[-1])
        await eventually(lambda: _floor_is(log, 61))

    assert seqs == list(range(1, 62))


async def _drop(nc: Client) -> None:
    """Cut the connection as a network would, nobody says goodbye; then there is another one."""
    n_reconnects = nc.stats["reconnects"]
    nc._transport._io_writer.transport.abort()  # type: ignore[union-attr]  # no API breaks it
    await eventually(lambda: nc.stats["reconnects"] > n_reconnects)


async def _floor_is(log: EventLog, seq: int) -> bool:
    return await ack_floor(log) == seq
