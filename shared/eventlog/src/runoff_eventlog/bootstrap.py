"""The one step that owns streams and consumers, and that guards the log at start.

A missing log is made only where no checkpoint speaks of one. Streams that exist keep their
messages; a consumer whose configuration drifted is updated.
"""

import asyncio
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass

import structlog
from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    PersistMode,
    RetentionPolicy,
    StorageType,
    StoreCompression,
    StreamConfig,
    StreamInfo,
)
from nats.js.errors import APIError, BadRequestError, NotFoundError

from runoff_contracts import subjects
from runoff_contracts.task import PRIORITIES
from runoff_eventlog.errors import LogBehind, LogGone, LogReplaced, LogUnavailable

LOG_ID = "runoff-log-id"
_READY_S = 30.0
_NAME_IN_USE = 10058
_ANSWERS_BYTES = 1024 * 1024 * 1024

logger = structlog.get_logger(__name__)

LOG_CONSUMERS = {
    "scoring": ConsumerConfig(
        filter_subjects=[subjects.ALL_PROCESSED, subjects.ALL_LIFECYCLES],
    ),
    "scoring-own": ConsumerConfig(filter_subjects=[subjects.ALL_PROCESSED], headers_only=True),
}
"""Readers whose place the server remembers: they acknowledge 'this and everything before'.

The projector is not among them: its place is its checkpoint in Postgres. Nor is run-manager, which
finds the runs under way at its start.
"""
_FORMER = "run-manager"
"""A consumer that earlier releases made; the server would go on keeping its state."""


ASKED_AGAIN = "asked-again"
"""The consumer that all workers share, one message each: who asked for a further version of an
entry's answer is served straight from the log, so that nothing has to be dispatched or recovered.
"""
ASKED_AGAIN_WAIT_S = 10.0


@dataclass(frozen=True)
class Checkpoint:
    """How far read models were built, and from which log."""

    log_id: str
    seq: int


@dataclass(frozen=True)
class LogState:
    """The log that is there now."""

    log_id: str
    last_seq: int


async def bootstrap(
    nc: Client, checkpoint: Checkpoint | None, *, replicas: int = 1, accept_log: bool = False
) -> LogState:
    """Make streams and consumers where they are missing, and check the log first.

    Args:
        checkpoint: The highest that any read model has; none where there are no read models.
        replicas: Copies of the log in a cluster; 3 where there are three servers or more.
        accept_log: Take the log that is there (or a new one) in spite of the checkpoint. The
            caller must then empty the read models.

    Raises:
        LogGone, LogBehind, LogReplaced: When the log is not the one of the checkpoint.
        LogUnavailable: When JetStream does not get ready.
    """
    js = nc.jetstream(timeout=5)
    found = await log_stream(nc)
    if not accept_log:
        check(found, checkpoint)
    if found is None:
        found = await _make_log(js, replicas)
        log_id = _log_id(found) or ""
    else:
        # A stream that was restored without its metadata gets an identity of its own.
        log_id = _log_id(found) or str(uuid.uuid4())
        await js.update_stream(_log_config(log_id, replicas))
        await _forget(js, _FORMER)
    for name, config in LOG_CONSUMERS.items():
        if accept_log:
            # Its place may lie behind the end of this log: what is appended there would be skipped.
            await _forget(js, name)
        await _make_log_consumer(js, name, config)
    if accept_log:
        await _forget(js, ASKED_AGAIN)
    await _make_asked_again(js)
    await make_work_queue(nc)
    await _make_answers(js)
    return LogState(log_id, found.state.last_seq)


def check(found: StreamInfo | None, checkpoint: Checkpoint | None) -> None:
    """Hold the log against what read models were built from.

    Raises:
        LogGone, LogBehind, LogReplaced: When it is not the same log, or lost its end.
    """
    if checkpoint is None or checkpoint.seq == 0:
        return
    if found is None:
        raise LogGone(checkpoint_seq=checkpoint.seq)
    log_id = _log_id(found)
    if log_id != checkpoint.log_id:
        raise LogReplaced(log_id=log_id or "without an id", checkpoint_log_id=checkpoint.log_id)
    if found.state.last_seq < checkpoint.seq:
        raise LogBehind(last_seq=found.state.last_seq, checkpoint_seq=checkpoint.seq)


async def log_state(nc: Client) -> LogState | None:
    """The log that is there; none where there is none."""
    found = await log_stream(nc)
    if found is None:
        return None
    return LogState(_log_id(found) or "", found.state.last_seq)


async def make_work_queue(nc: Client) -> None:
    """Make the work queue where it is missing. It is in memory: the log can rebuild it."""
    js = nc.jetstream(timeout=5)
    await js.add_stream(
        StreamConfig(
            name=subjects.WORK_STREAM,
            subjects=subjects.WORK_SUBJECTS,
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.MEMORY,
            discard=DiscardPolicy.NEW,
            max_bytes=256 * 1024 * 1024,
        )
    )
    for priority in PRIORITIES:
        await js.add_consumer(
            subjects.WORK_STREAM,
            ConsumerConfig(
                durable_name=f"work-{priority}",
                filter_subject=subjects.work_of_priority(priority),
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=10,
                max_deliver=-1,
                max_ack_pending=10_000,
            ),
        )


async def _make_answers(js: JetStreamContext) -> None:
    """Make the store of answers that were paid for. It is no truth: the oldest may go."""
    config = StreamConfig(
        name=subjects.ANSWERS_STREAM,
        subjects=subjects.ANSWERS_SUBJECTS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_bytes=_ANSWERS_BYTES,
        max_msgs_per_subject=1,
        allow_direct=True,
        # Else each answer waits for the disk, one after another, as the log's messages have to.
        persist_mode=PersistMode.ASYNC,
    )
    try:
        await js.add_stream(config)
    except BadRequestError as error:
        if error.err_code != _NAME_IN_USE:
            raise
        # One of an earlier version. How it is written cannot be changed, and what it has is spare.
        with suppress(NotFoundError):
            await js.delete_stream(subjects.ANSWERS_STREAM)
        await js.add_stream(config)


async def _forget(js: JetStreamContext, consumer: str) -> None:
    with suppress(NotFoundError):
        await js.delete_consumer(subjects.LOG_STREAM, consumer)


async def _make_log(js: JetStreamContext, replicas: int) -> StreamInfo:
    log_id = str(uuid.uuid4())
    try:
        found = await js.add_stream(_log_config(log_id, replicas))
    except BadRequestError as error:
        if error.err_code != _NAME_IN_USE:
            raise
        # Another process made it at the same moment, under an id of its own.
        return await js.stream_info(subjects.LOG_STREAM)
    logger.info("log.made", log_id=log_id)
    return found


async def log_stream(nc: Client) -> StreamInfo | None:
    """Wait until JetStream answers: a server that recovers its streams says 503 meanwhile.

    Raises:
        LogUnavailable: When it does not get ready.
    """
    js = nc.jetstream(timeout=5)
    deadline = time.monotonic() + _READY_S
    while True:
        try:
            return await js.stream_info(subjects.LOG_STREAM)
        except NotFoundError:
            return None
        except (TimeoutError, NoRespondersError, APIError) as error:
            if time.monotonic() > deadline:
                raise LogUnavailable("JetStream did not get ready") from error
            await asyncio.sleep(0.2)


def _log_id(found: StreamInfo) -> str | None:
    return (found.config.metadata or {}).get(LOG_ID)


def _log_config(log_id: str, replicas: int) -> StreamConfig:
    # No compression: one damaged byte in a compressed block makes nats-server 2.15 drop the
    # stream at start. `discard: new` refuses when full; the default drops the oldest events.
    return StreamConfig(
        name=subjects.LOG_STREAM,
        subjects=subjects.LOG_SUBJECTS,
        storage=StorageType.FILE,
        num_replicas=replicas,
        compression=StoreCompression.NONE,
        discard=DiscardPolicy.NEW,
        allow_atomic=True,
        allow_direct=True,
        deny_delete=True,
        duplicate_window=5,
        metadata={LOG_ID: log_id},
    )


async def _make_asked_again(js: JetStreamContext) -> None:
    await js.add_consumer(
        subjects.LOG_STREAM,
        ConsumerConfig(
            durable_name=ASKED_AGAIN,
            filter_subject=subjects.ALL_ENTRIES,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ASKED_AGAIN_WAIT_S,
            max_deliver=-1,
            max_ack_pending=1000,
        ),
    )


async def _make_log_consumer(js: JetStreamContext, name: str, config: ConsumerConfig) -> None:
    await js.add_consumer(
        subjects.LOG_STREAM,
        ConsumerConfig(
            durable_name=name,
            filter_subjects=config.filter_subjects,
            headers_only=config.headers_only,
            ack_policy=AckPolicy.ALL,
            ack_wait=30,
            max_deliver=-1,
            max_ack_pending=100_000,
        ),
    )
