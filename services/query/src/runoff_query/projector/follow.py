"""Follows the log for ever: read, write, say so.

The checkpoints in Postgres say where to go on, at each start and whenever something else moved
them. The next batch is read while Postgres writes the one before.
"""

import asyncio
import json
import time
from contextlib import AbstractContextManager, nullcontext

import structlog
from nats.aio.client import Client
from opentelemetry.trace import INVALID_SPAN, Link, Span, get_current_span

from runoff_contracts.events.entry import EntryProcessed, EntryScored
from runoff_contracts.events.lifecycle import RunResliced, RunStarted
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.subjects import PROJECTED
from runoff_eventlog.bootstrap import log_state
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_eventlog.private import private_reader
from runoff_eventlog.reader import ConsumerGone
from runoff_eventlog.tracing import context_of
from runoff_query.checkpoints import (
    Checkpoints,
    check_log,
    read_checkpoints,
    start_checkpoints,
)
from runoff_query.database import Pool
from runoff_query.errors import Fenced
from runoff_query.outages import NATS_AWAY, POSTGRES_AWAY, causes
from runoff_query.projections import PROJECTIONS
from runoff_query.projector.batch import Batch, project
from runoff_query.projector.read_ahead import read_ahead
from runoff_runtime.telemetry import enabled, meter, tracer

_LINGER_S = 0.05
"""A commit costs a dozen round trips, so that a run of quick models is not to have one a slice. A
person sees no difference; the end of a run waits for none of it."""
_BATCH_MESSAGES = 64
_FOLLOWED_SOON = {
    each.model_fields["type"].default
    for each in (RunStarted, RunResliced, EntryProcessed, EntryScored, ScorecardsStored)
}
"""What comes again and again, or has something close behind it: a run of ten entries has three
commits in place of five. A launch or an end is what somebody waits for."""
_AGAIN_S = 0.25

logger = structlog.get_logger(__name__)

_lag = meter.create_gauge(
    "runoff.projector.lag", unit="{message}", description="In the log and not yet in the tables"
)
_duration = meter.create_histogram(
    "runoff.projector.batch.duration", unit="s", description="From a batch to its commit"
)


class Follower:
    """The projector's loop, and whether it gets anywhere."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._following = False

    async def is_following(self) -> bool:
        """Whether the database and the log were there when they were asked last."""
        return self._following

    async def follow(self, nc: Client) -> None:
        """Project the log until canceled; outages and other projectors are waited out.

        Raises:
            LogGone, LogBehind, LogReplaced: When the log is not the one of the checkpoints.
        """
        while True:
            try:
                held = await _start(nc, self._pool)
                self._following = True
                await _follow_from(held, EventLog(nc, source="runoff/projector"), self._pool)
            except* Fenced:
                logger.warning("projector.fenced")
            except* (*POSTGRES_AWAY, *NATS_AWAY, ConsumerGone) as errors:
                logger.warning("projector.interrupted", errors=causes(errors))
            self._following = False
            await asyncio.sleep(_AGAIN_S)


async def _start(nc: Client, pool: Pool) -> Checkpoints:
    state = await log_state(nc)
    await pool
    async with pool.acquire() as connection:
        held = await read_checkpoints(connection)
        check_log(state, held.guard())
        if state is not None:
            names = [each.name for each in PROJECTIONS]
            await start_checkpoints(connection, names, state.log_id)
        return await read_checkpoints(connection)


async def _follow_from(held: Checkpoints, log: EventLog, pool: Pool) -> None:
    logger.info("projector.following", after_seq=held.lowest)
    async with (
        private_reader(
            log,
            "projector",
            after_seq=held.lowest,
            batch=_BATCH_MESSAGES,
            linger_s=_LINGER_S,
            linger_types=_FOLLOWED_SOON,
        ) as reader,
        read_ahead(reader) as batches,
    ):
        while True:
            batch = await batches.get()
            held = await _project(pool, held, batch)
            await _signal(log.nc, held, batch)


async def _project(pool: Pool, held: Checkpoints, batch: Batch) -> Checkpoints:
    started = time.perf_counter()
    with _span(batch):
        async with pool.acquire() as connection:
            held = await project(connection, held, batch)
    _duration.record(time.perf_counter() - started)
    _lag.set(_n_pending(batch))
    return held


def _span(batch: Batch) -> AbstractContextManager[Span]:
    """A span in the trace of the batch's first traced message, with links to the other traces."""
    if not enabled():
        return nullcontext(INVALID_SPAN)
    parents = {each.headers["traceparent"]: each for each in batch.messages if _traced(each)}
    contexts = [context_of(each.headers) for each in parents.values()]
    first = get_current_span(contexts[0]).get_span_context() if contexts else None
    others = {
        other.trace_id: other
        for context in contexts
        if (other := get_current_span(context).get_span_context())
        and first
        and other.trace_id != first.trace_id
    }
    return tracer.start_as_current_span(
        "project batch",
        context=contexts[0] if contexts else None,
        links=[Link(other) for other in others.values()],
        attributes={"runoff.seq": batch.last_seq, "runoff.messages": len(batch.messages)},
    )


def _n_pending(batch: Batch) -> int:
    """What the log holds behind this batch: the last part of the acknowledgement subject."""
    return int(batch.messages[-1].reply.rpartition(".")[2])


def _traced(message: Message) -> bool:
    return bool(message.headers.get("traceparent"))


async def _signal(nc: Client, held: Checkpoints, batch: Batch) -> None:
    """Wake whoever waits for these facts; a lost signal only makes them wait a little longer."""
    said = {"log_id": held.log_id, "seq": held.lowest, "runs": batch.touched()}
    await nc.publish(PROJECTED, json.dumps(said).encode())
