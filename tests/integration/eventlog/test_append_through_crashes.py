"""Whoever appends while the server dies ends up with his events in the log exactly once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from runoff_contracts import subjects
from runoff_eventlog import log as log_module
from runoff_eventlog.errors import LogUnavailable
from runoff_eventlog.log import Appended, EventLog
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.eventlog.conftest import connected
from tests.integration.eventlog.facts import LIFECYCLE, RUN, append_slice, canceled, fill, run_id

_KILLS = 20


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost answer is noticed by its time limit: with the product's 5 s this takes minutes."""
    monkeypatch.setattr(log_module, "_ANSWER_S", 0.5)


async def test_slices_are_there_once_after_twenty_crashes(
    log: EventLog, nats_server: Server
) -> None:
    """The acknowledgement may be lost with the server; the append is sent again and found."""
    async with asyncio.TaskGroup() as group:
        for number in range(_KILLS):
            group.create_task(_until_appended(partial(append_slice, log, number, n=50)))
            # Each time a bit later: before the send, under way, and after the acknowledgement.
            await asyncio.sleep(0.0003 * number)
            await _crash(nats_server)

    found = Counter(m.subject for m in await log.read(subjects.scored_of(RUN)))
    assert found == Counter(subjects.scored(RUN, number) for number in range(_KILLS))


async def test_batches_are_whole_and_there_once_after_twenty_crashes(
    log: EventLog, nats_server: Server
) -> None:
    """A server that is restarted in the middle of a batch forgets its beginning."""
    events = [canceled(str(place)) for place in range(20)]
    async with asyncio.TaskGroup() as group:
        for number in range(_KILLS):
            subject = subjects.lifecycle(run_id(number))
            append_id = f"batch-{number}"
            append = partial(log.append, subject, events, append_id=append_id, expected_seq=0)
            group.create_task(_until_appended(append))
            await asyncio.sleep(0.0003 * number)
            await _crash(nats_server)

    for number in range(_KILLS):
        messages = await log.read(subjects.lifecycle(run_id(number)))
        assert [m.events()[0][1] for m in messages] == events


async def test_a_lost_acknowledgement_is_made_up_for(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The append happened, the writer never heard: its second try finds the first."""
    send = EventLog._send
    lost: list[object] = []

    async def send_and_lose(self: EventLog, *args: object) -> dict[str, object]:
        answer = await send(self, *args)  # type: ignore[arg-type]  # passed on as they came
        if not lost:
            lost.append(answer)
            raise TimeoutError
        return answer

    monkeypatch.setattr(EventLog, "_send", send_and_lose)
    appended = await log.append(LIFECYCLE, [canceled()], append_id="a", expected_seq=0)

    assert appended.repeated
    assert len(await log.read(LIFECYCLE)) == 1


async def test_without_a_server_the_log_says_so(
    log: EventLog, nats_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage is its own error, so that callers can tell it from a refusal."""
    monkeypatch.setattr(log_module, "_TRIES", 2)
    await asyncio.to_thread(nats_server.kill9)

    with pytest.raises(LogUnavailable):
        await log.append(LIFECYCLE, [canceled()], append_id="a", expected_seq=0)


async def test_what_was_acknowledged_outlives_the_server(
    log: EventLog, nats_server: Server
) -> None:
    """Acknowledged means on disk: another connection to the next server reads all of it."""
    seqs = await fill(log, 50)
    await _crash(nats_server)

    async with connected(nats_server.url) as nc:
        found = await EventLog(nc, source="runoff/tests").read(subjects.run_events(RUN))
    assert [m.seq for m in found] == seqs


async def _until_appended(append: Callable[[], Awaitable[Appended]]) -> None:
    """As every service does: an append that an outage outlasts is made again, later."""
    while True:
        try:
            await append()
        except LogUnavailable:
            continue
        return


async def _crash(server: Server) -> None:
    await asyncio.to_thread(server.kill9)
    await asyncio.to_thread(server.start)


async def test_a_batch_whose_beginning_the_server_forgot_is_sent_again(
    log: EventLog, nats_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The restarted server refuses the end of a batch that it does not know: nothing is wrong."""
    publish, sent = log.nc.publish, []

    async def publish_and_crash(subject: str, body: bytes, **more: object) -> None:
        await publish(subject, body, **more)  # type: ignore[arg-type]  # passed on as they came
        sent.append(subject)
        if sent.count(LIFECYCLE) == 3:
            await log.nc.flush()
            await _crash(nats_server)
            await eventually(lambda: log.nc.stats["reconnects"] == 1 and log.nc.is_connected)

    monkeypatch.setattr(log.nc, "publish", publish_and_crash)
    events = [canceled(str(place)) for place in range(6)]
    appended = await log.append(LIFECYCLE, events, append_id="a", expected_seq=0)

    assert appended.seq == 6
    assert [m.events()[0][1] for m in await log.read(LIFECYCLE)] == events
