"""The batch reader: every message in order, once, and only what was acknowledged is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig

from runoff_contracts import subjects
from runoff_eventlog import reader as reader_module
from runoff_eventlog.bootstrap import bootstrap
from runoff_eventlog.errors import LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_eventlog.reader import ConsumerGone, LogReader
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.eventlog.conftest import EVERYTHING, connected
from tests.integration.eventlog.facts import LIFECYCLE, canceled, fill

DURABLE = EVERYTHING
_DEADLINE_S = 15.0


async def read_to(reader: LogReader, last_seq: int, *, ack: bool = True) -> list[int]:
    """Sequences handed over until `last_seq` is among them."""
    seqs: list[int] = []
    async with asyncio.timeout(_DEADLINE_S):
        async for batch in reader.batches():
            seqs += [message.seq for message in batch]
            if ack:
                await reader.ack(batch[-1])
            if seqs[-1] >= last_seq:
                return seqs
    raise AssertionError("unreachable")


async def ack_floor(log: EventLog, durable: str = DURABLE) -> int:
    info = await log.js.consumer_info(subjects.LOG_STREAM, durable)
    return info.ack_floor.stream_seq if info.ack_floor else 0


async def test_it_hands_over_everything_in_order(log: EventLog) -> None:
    """More messages than two requests hold."""
    seqs = await fill(log, 300)

    async with LogReader(log, DURABLE, batch=40) as reader:
        assert await read_to(reader, 300) == seqs


async def test_it_goes_on_with_what_is_appended_meanwhile(log: EventLog) -> None:
    """A reader that waits at the end gets the next message at once, not at its next poll."""
    async with LogReader(log, DURABLE) as reader:
        await fill(log, 1)
        await read_to(reader, 1)
        started = asyncio.get_running_loop().time()
        await fill(log, 1, first=1)
        await read_to(reader, 2)

    assert asyncio.get_running_loop().time() - started < 0.5


async def test_a_batch_is_never_larger_than_asked_for(log: EventLog) -> None:
    """A projector's transaction is bounded by it."""
    await fill(log, 100)
    sizes = []
    async with LogReader(log, DURABLE, batch=16) as reader, asyncio.timeout(_DEADLINE_S):
        async for batch in reader.batches():
            sizes.append(len(batch))
            if sum(sizes) == 100:
                break

    assert max(sizes) <= 16


async def test_large_messages_are_asked_for_in_portions(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that ends because of its bytes gives the rest of its count back."""
    monkeypatch.setattr(reader_module, "_PULL_BYTES", 150_000)
    for number in range(30):
        await log.append(
            LIFECYCLE, [canceled("x" * 50_000)], append_id=f"{number}", expected_seq=number
        )

    async with LogReader(log, DURABLE, batch=8) as reader:
        assert await read_to(reader, 30) == list(range(1, 31))


async def test_lingering_gathers_what_trickles_in(log: EventLog) -> None:
    """Readers with a price for each batch wait a moment when it is small.

    Where there is more in it than the types that come in numbers, somebody waits for that.
    """

    async def n_batches(linger_s: float, first: int, types: set[str] | None = None) -> int:
        async with (
            LogReader(log, DURABLE, linger_s=linger_s, linger_types=types) as reader,
            asyncio.TaskGroup() as g,
        ):
            g.create_task(fill(log, 40, first=first))
            count = 0
            async for batch in reader.batches():
                count += 1
                await reader.ack(batch[-1])
                if batch[-1].seq == first + 40:
                    return count
        return 0

    at_once, lingering = await n_batches(0.0, 0), await n_batches(0.1, 40)
    assert lingering < at_once / 2
    assert await n_batches(0.1, 80, {"entry.scored"}) < at_once / 2
    assert await n_batches(0.1, 120, {"run.created"}) > 2 * lingering


async def test_lingering_ends_with_what_somebody_waits_for(log: EventLog) -> None:
    """The end of a run is seen at once, though its last scores came just before."""
    async with (
        LogReader(log, DURABLE, linger_s=60.0, linger_types={"entry.scored"}) as reader,
        asyncio.timeout(20),
        asyncio.TaskGroup() as group,
    ):
        group.create_task(fill(log, 1))
        first = asyncio.ensure_future(anext(reader.batches()))
        await eventually(lambda: _is(log.last_seq(), 1))
        await log.append(LIFECYCLE, [canceled()], append_id="a", expected_seq=0)

        assert [message.seq for message in await first] == [1, 2]


async def test_it_goes_on_behind_what_was_acknowledged(log: EventLog) -> None:
    """A service that ended in between finds its place again."""
    await fill(log, 20)
    async with LogReader(log, DURABLE, batch=5) as reader:
        done = await read_to(reader, 10)
    await eventually(lambda: _is(ack_floor(log), done[-1]))

    async with LogReader(log, DURABLE) as reader:
        assert done + await read_to(reader, 20) == list(range(1, 21))


async def test_what_was_handed_over_and_not_acknowledged_comes_again(log: EventLog) -> None:
    """A service that died while it worked has not done that work."""
    await fill(log, 20)
    async with LogReader(log, DURABLE, batch=5) as reader:
        done = await read_to(reader, 10)
        await read_to(reader, 20, ack=False)

    async with LogReader(log, DURABLE) as reader:
        assert done + await read_to(reader, 20) == list(range(1, 21))


async def test_it_goes_on_behind_a_checkpoint(log: EventLog) -> None:
    """Read models know their place themselves, whatever the server remembers."""
    await fill(log, 20)
    async with LogReader(log, DURABLE) as reader:
        await read_to(reader, 20)

    async with LogReader(log, DURABLE, after_seq=7) as reader:
        assert await read_to(reader, 20) == list(range(8, 21))


async def test_a_filtered_consumer_gets_its_own_only(log: EventLog) -> None:
    """Scoring reads nothing of what it writes itself."""
    await log.append(LIFECYCLE, [canceled()], append_id="a", expected_seq=0)
    await fill(log, 5)
    await log.append(LIFECYCLE, [canceled()], append_id="b", expected_seq=1)

    async with LogReader(log, "scoring") as reader:
        assert await read_to(reader, 7) == [1, 7]


async def test_a_consumer_without_acknowledgements_is_read_like_any_other(log: EventLog) -> None:
    """Whoever keeps the place himself needs none: a gap still brings back what was missed."""
    await log.js.add_consumer(
        subjects.LOG_STREAM,
        ConsumerConfig(name="feed", ack_policy=AckPolicy.NONE, inactive_threshold=60),
    )
    await fill(log, 40)

    async with LogReader(log, "feed", after_seq=5, batch=4) as reader:
        seqs = await read_to(reader, 20, ack=False)
        await _steal(log, "feed", 3)
        seqs += await read_to(reader, 40, ack=False)
    assert seqs == list(range(6, 41))


async def test_a_slow_reader_gets_nothing_twice(log: EventLog) -> None:
    """The server sends again what was not acknowledged in time; it was handed over already."""
    await _with_ack_wait(log, 0.2)
    await fill(log, 20)
    async with LogReader(log, DURABLE, batch=32) as reader:
        seqs = await read_to(reader, 20, ack=False)
        await eventually(lambda: _redelivered(log))
        await fill(log, 1, first=20)
        seqs += await read_to(reader, 21)
        await eventually(lambda: _is(ack_floor(log), 21))

    assert seqs == list(range(1, 22))


async def test_a_deleted_consumer_ends_the_reading(log: EventLog) -> None:
    """The process ends and starts anew behind a bootstrap, instead of waiting for ever."""
    await fill(log, 3)
    async with LogReader(log, DURABLE) as reader:
        await read_to(reader, 3)
        await log.js.delete_consumer(subjects.LOG_STREAM, DURABLE)
        with pytest.raises(ConsumerGone, match=DURABLE):
            await read_to(reader, 4)


async def test_a_consumer_that_never_was_is_said_at_once(log: EventLog) -> None:
    """With a checkpoint or without one."""
    for after_seq in (None, 3):
        with pytest.raises(ConsumerGone):
            async with LogReader(log, "nobody", after_seq=after_seq):
                pass


async def test_a_closed_connection_ends_the_reading(nats_server: Server) -> None:
    """A closed connection never comes back: the process has to start anew."""
    async with connected(nats_server.url) as nc:
        await bootstrap(nc, None)
        async with LogReader(EventLog(nc, source="runoff/tests"), "scoring") as reader:
            await nc.close()
            with pytest.raises(LogUnavailable):
                await read_to(reader, 1)


async def test_what_another_client_took_is_fetched_again(log: EventLog, nc: Client) -> None:
    """A gap in the server's count of deliveries: messages went somewhere else, or were lost."""
    await fill(log, 60)
    async with LogReader(log, DURABLE, batch=4) as reader:
        seqs = await read_to(reader, 20)
        await _steal(log, DURABLE, 5)
        seqs += await read_to(reader, 60)
        await eventually(lambda: _is(ack_floor(log), 60))

    assert seqs == list(range(1, 61))


async def test_a_message_lost_at_the_end_is_noticed(log: EventLog) -> None:
    """No later message shows the gap; the server's heartbeat does, within a second."""
    async with LogReader(log, DURABLE) as reader:
        await fill(log, 5)
        seqs = await read_to(reader, 5)
        assert reader._subscription is not None
        lost = asyncio.Event()

        async def lose(_: Msg) -> None:
            lost.set()

        carry, reader._subscription._cb = reader._subscription._cb, lose
        await fill(log, 1, first=5)
        await asyncio.wait_for(lost.wait(), _DEADLINE_S)
        reader._subscription._cb = carry
        seqs += await read_to(reader, 6)

    assert seqs == list(range(1, 7))


async def _steal(log: EventLog, durable: str, n: int) -> None:
    bound = await log.js.pull_subscribe_bind(durable, subjects.LOG_STREAM)
    taken = 0
    while taken < n:
        taken += len(await bound.fetch(n - taken, timeout=5))
    await bound.unsubscribe()


async def _with_ack_wait(log: EventLog, ack_wait_s: float) -> None:
    info = await log.js.consumer_info(subjects.LOG_STREAM, DURABLE)
    await log.js.add_consumer(subjects.LOG_STREAM, info.config.evolve(ack_wait=ack_wait_s))


async def _redelivered(log: EventLog) -> bool:
    info = await log.js.consumer_info(subjects.LOG_STREAM, DURABLE)
    return (info.num_redelivered or 0) > 0


async def _is(value: Awaitable[int], wanted: int) -> bool:
    return await value == wanted
