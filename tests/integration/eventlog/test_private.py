"""Readers with a consumer of their own, in the server's memory: where they begin, how they end."""

from __future__ import annotations

import asyncio

import pytest

from runoff_contracts import subjects
from runoff_eventlog.log import EventLog
from runoff_eventlog.private import private_reader
from runoff_eventlog.reader import ConsumerGone
from runoff_testkit.servers import Server
from tests.integration.eventlog.facts import LIFECYCLE, append_slice, canceled, fill
from tests.integration.eventlog.test_reader import read_to

_DEADLINE_S = 15.0


async def test_it_begins_behind_a_sequence_and_goes_on(log: EventLog) -> None:
    """Its place is the caller's: no message before it, none left out behind it."""
    await fill(log, 20)

    async with private_reader(log, "feed", after_seq=12, batch=3) as reader:
        assert reader.n_behind == 8
        seqs = await read_to(reader, 20)
        await fill(log, 2, first=20)
        seqs += await read_to(reader, 22)
    assert seqs == list(range(13, 23))


async def test_it_waits_at_the_end_of_the_log(log: EventLog) -> None:
    """A feed that begins now gets what comes next, and that first."""
    await fill(log, 5)

    async with private_reader(log, "feed", after_seq=5) as reader:
        assert reader.n_behind == 0
        await fill(log, 1, first=5)
        assert await read_to(reader, 6) == [6]


async def test_it_reads_the_subjects_and_the_headers_that_were_asked_for(log: EventLog) -> None:
    """run-manager counts entries and reads no body."""
    await append_slice(log, 0, n=3)
    await log.append(LIFECYCLE, [canceled()], append_id="a", expected_seq=0)

    async with (
        private_reader(
            log,
            "run-manager",
            after_seq=0,
            filter_subjects=[subjects.ALL_SCORED],
            headers_only=True,
        ) as reader,
        asyncio.timeout(_DEADLINE_S),
    ):
        batch = await anext(aiter(reader.batches()))
    assert [(m.body, m.headers["Runoff-Entries"]) for m in batch] == [(b"", "3")]


async def test_a_restarted_server_has_forgotten_it(log: EventLog, nats_server: Server) -> None:
    """Its reader says so, so that whoever reads can see whether the log is still the same one."""
    async with private_reader(log, "feed", after_seq=0) as reader:
        await _crash(nats_server)
        with pytest.raises(ConsumerGone):
            await read_to(reader, 1)


async def test_a_long_reading_outlives_the_server(log: EventLog, nats_server: Server) -> None:
    """A rebuild would have to begin anew."""
    await fill(log, 30)
    async with private_reader(log, "rebuild", after_seq=0, batch=4, outlives_server=True) as reader:
        seqs = await read_to(reader, 10)
        await _crash(nats_server)
        seqs += await read_to(reader, 30)

    assert seqs == list(range(1, 31))


async def _crash(server: Server) -> None:
    await asyncio.to_thread(server.kill9)
    await asyncio.to_thread(server.start)
