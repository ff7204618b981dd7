"""Bootstrap owns streams and consumers, and does not start over a log that lost something."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from nats.aio.client import Client
from nats.js.api import StorageType, StreamConfig
from nats.js.errors import NoStreamResponseError, NotFoundError

from runoff_contracts import subjects
from runoff_eventlog import bootstrap as bootstrap_module
from runoff_eventlog.answers import Answers
from runoff_eventlog.bootstrap import (
    ASKED_AGAIN,
    LOG_CONSUMERS,
    LOG_ID,
    Checkpoint,
    bootstrap,
    log_state,
    make_work_queue,
)
from runoff_eventlog.errors import LogBehind, LogGone, LogReplaced, LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_eventlog.reader import LogReader
from runoff_testkit.servers import Server
from tests.integration.eventlog.conftest import EVERYTHING, connected
from tests.integration.eventlog.facts import fill
from tests.integration.eventlog.test_reader import read_to

_WORK_CONSUMERS = {"work-high", "work-normal", "work-low"}


async def test_a_first_start_makes_everything(nc: Client) -> None:
    """Streams and consumers are all there after one step, and nothing else is."""
    js = nc.jetstream()

    assert {s.config.name for s in await js.streams_info()} == {"ANSWERS", "EVENTS", "WORK"}
    found = {c.name for c in await js.consumers_info("EVENTS")}
    assert found - {EVERYTHING} == {*LOG_CONSUMERS, ASKED_AGAIN}
    assert {c.name for c in await js.consumers_info("WORK")} == _WORK_CONSUMERS


async def test_the_log_is_made_to_last(nc: Client) -> None:
    """Each of these settings keeps a loss away that the server's defaults allow."""
    config = (await nc.jetstream().stream_info("EVENTS")).config

    assert config.storage == StorageType.FILE
    assert config.discard == "new"
    assert config.compression == "none"
    assert config.allow_atomic
    assert config.deny_delete
    assert not config.max_age


async def test_a_second_start_changes_nothing(nc: Client, log: EventLog) -> None:
    """Services start at any time: messages, places of readers and the log's id stay."""
    await fill(log, 10)
    async with LogReader(log, EVERYTHING, batch=2) as reader:
        done = await read_to(reader, 4)
    first = await log_state(nc)
    second = await bootstrap(nc, Checkpoint(first.log_id if first else "", 4))

    assert second == first
    assert UUID(second.log_id)
    assert second.last_seq == 10
    async with LogReader(log, EVERYTHING) as reader:
        assert await read_to(reader, 10) == list(range(done[-1] + 1, 11))


async def test_a_log_of_an_earlier_release_takes_the_subjects_of_this_one(
    nc: Client, log: EventLog
) -> None:
    """What was there stays; what was refused before is taken."""
    await fill(log, 10)
    js = nc.jetstream()
    config = (await js.stream_info("EVENTS")).config
    config.subjects = [each for each in subjects.LOG_SUBJECTS if "plan" not in each]
    await js.update_stream(config)
    with pytest.raises(NoStreamResponseError):
        await js.publish(subjects.plan("sha256:ab"), b"{}")

    await bootstrap(nc, None)
    await js.publish(subjects.plan("sha256:ab"), b"{}")

    assert (await js.stream_info("EVENTS")).state.messages == 11


async def test_kept_answers_do_not_wait_for_the_disk(nc: Client) -> None:
    """Each would wait for all before it; a store of an earlier version is made anew for that."""
    js = nc.jetstream()
    await js.delete_stream("ANSWERS")
    await js.add_stream(StreamConfig(name="ANSWERS", subjects=["answers.*"], max_bytes=2**30))

    for _ in range(2):
        await bootstrap(nc, checkpoint=None)
        config = (await js.stream_info("ANSWERS")).config
        assert (config.persist_mode, config.subjects) == ("async", ["answers.>"])
        await js.publish("answers.run.1.digest", b"4")

    assert await Answers(nc).get("run.1.digest") == b"4"
    assert [await Answers(nc).has_any(each) for each in ("run.1", "run.2")] == [True, False]


async def test_starts_at_the_same_time_make_one_log(nats_server: Server) -> None:
    """Services of a fresh stack come up together."""
    async with connected(nats_server.url) as nc, asyncio.TaskGroup() as group:
        tasks = [group.create_task(bootstrap(nc, None)) for _ in range(4)]

    assert len({task.result().log_id for task in tasks}) == 1


async def test_a_consumer_that_drifted_is_brought_back(nc: Client, log: EventLog) -> None:
    """A release that reads other subjects changes the consumer, and keeps its place."""
    js = nc.jetstream()
    await fill(log, 3)
    async with LogReader(log, "scoring", after_seq=2):
        pass
    found = (await js.consumer_info("EVENTS", "scoring")).config
    await js.add_consumer(
        "EVENTS", found.evolve(filter_subjects=["runoff.run.*.scorecards"], max_ack_pending=7)
    )
    state = await bootstrap(nc, None)

    info = await js.consumer_info("EVENTS", "scoring")
    assert set(info.config.filter_subjects or []) == {
        subjects.ALL_PROCESSED,
        subjects.ALL_LIFECYCLES,
    }
    assert info.config.max_ack_pending == 100_000
    assert (info.ack_floor.stream_seq if info.ack_floor else 0) == 2
    assert state.last_seq == 3


async def test_a_log_that_is_gone_is_not_made_anew(nats_server: Server) -> None:
    """An empty store behind full read models: somebody has to look, before anything is written."""
    async with connected(nats_server.url) as nc:
        with pytest.raises(LogGone, match="up to sequence 9"):
            await bootstrap(nc, Checkpoint("an-id", 9))

        assert await log_state(nc) is None


async def test_a_log_that_lost_its_end_is_not_written_to(nc: Client, log: EventLog) -> None:
    """New events would take sequences that the read models count as done."""
    await fill(log, 3)
    state = await log_state(nc)
    assert state is not None

    with pytest.raises(LogBehind, match="ends at sequence 3"):
        await bootstrap(nc, Checkpoint(state.log_id, 4))
    assert await bootstrap(nc, Checkpoint(state.log_id, 3)) == state


async def test_another_log_is_not_taken_for_the_own_one(nc: Client, log: EventLog) -> None:
    """A wrong address, or a store that was made anew by hand."""
    await fill(log, 3)

    with pytest.raises(LogReplaced):
        await bootstrap(nc, Checkpoint("another", 2))


async def test_a_log_without_an_id_is_another_one(nc: Client) -> None:
    """A stream that was made by hand has no identity; it gets one when it is accepted."""
    js = nc.jetstream()
    config = (await js.stream_info("EVENTS")).config
    await js.update_stream(config.evolve(metadata={}))

    with pytest.raises(LogReplaced, match="without an id"):
        await bootstrap(nc, Checkpoint("None", 2))
    state = await bootstrap(nc, Checkpoint("None", 2), accept_log=True)
    assert UUID(state.log_id)
    metadata = (await js.stream_info("EVENTS")).config.metadata or {}
    assert metadata[LOG_ID] == state.log_id


async def test_an_operator_may_accept_the_log_that_is_there(nc: Client, log: EventLog) -> None:
    """Whatever the checkpoint says; its messages stay."""
    await fill(log, 3)
    state = await bootstrap(nc, Checkpoint("another", 100), accept_log=True)

    assert state == await log_state(nc)
    assert state.last_seq == 3


async def test_an_operator_may_accept_that_the_log_is_gone(nats_server: Server) -> None:
    """A new one is made, and the read models are the caller's to empty."""
    async with connected(nats_server.url) as nc:
        state = await bootstrap(nc, Checkpoint("an-id", 9), accept_log=True)

    assert state.last_seq == 0


async def test_read_models_that_are_empty_guard_nothing(nc: Client) -> None:
    """Fresh tables project any log from its beginning."""
    assert (await bootstrap(nc, Checkpoint("", 0))).last_seq == 0


async def test_the_work_queue_is_made_again_after_a_restart(
    nc: Client, log: EventLog, nats_server: Server
) -> None:
    """It is in memory and goes with the server; the log stays."""
    await fill(log, 3)
    await asyncio.to_thread(nats_server.kill9)
    await asyncio.to_thread(nats_server.start)
    js = nc.jetstream()
    with pytest.raises(NotFoundError):
        await js.stream_info("WORK")
    await make_work_queue(nc)
    await make_work_queue(nc)

    await js.publish(subjects.work("high", "r", 0), b"item")
    assert {c.name for c in await js.consumers_info("WORK")} == _WORK_CONSUMERS
    assert (await js.consumer_info("WORK", "work-high")).num_pending == 1
    assert await log.last_seq() == 3


async def test_a_server_without_streams_is_said_to_be_not_ready(
    nats_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a bounded wait, in words."""
    monkeypatch.setattr(bootstrap_module, "_READY_S", 0.1)
    async with connected(nats_server.url) as nc:
        patient = nc.jetstream(timeout=0.2)
        monkeypatch.setattr(nc, "jetstream", lambda **_: patient)
        await asyncio.to_thread(nats_server.kill9)
        with pytest.raises(LogUnavailable):
            await bootstrap(nc, None)
