"""Feeds the work queue and settles runs: few slices out per run, topped up as they come back.

The queue is in memory and shallow. What is out is known here, and looked up in the queue now and
then: what the queue lost (its server was restarted) is handed out again.
"""

import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog
from nats.aio.client import Client
from nats.errors import ConnectionClosedError, NoRespondersError
from nats.js.errors import APIError
from opentelemetry import trace

from runoff_contracts import subjects
from runoff_contracts.event import Event
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import RunCompleted, RunFailed, RunResliced, RunStarted
from runoff_contracts.task import PRIORITIES, Priority
from runoff_contracts.work import WorkItem
from runoff_eventlog.bootstrap import make_work_queue
from runoff_eventlog.errors import ConflictingAppend
from runoff_eventlog.log import EventLog
from runoff_eventlog.tracing import context_of
from runoff_run_manager.active import ActiveRun, fair_shares
from runoff_run_manager.evolve import Run
from runoff_run_manager.slicing import Slice
from runoff_run_manager.workers import Workers

_MIN_OUT = 16
_OUT_PER_WORKER = 6
_TICK_S = 0.5
_LOOK_S = 5.0
_ANSWER_S = 2.0

logger = structlog.get_logger(__name__)


class Feeder:
    """Every run under way, and the loop that keeps it going."""

    def __init__(self, log: EventLog, workers: Workers) -> None:
        self._log, self._workers = log, workers
        self._runs: dict[str, ActiveRun] = {}
        self._wake = asyncio.Event()
        self._n_reconnects = log.nc.stats["reconnects"]
        self._looked_at = 0.0

    def run(self, run_id: str) -> ActiveRun | None:
        """The run, where it is under way."""
        return self._runs.get(run_id)

    def add(self, active: ActiveRun) -> None:
        """Take a run up."""
        self._runs[active.run_id] = active
        self._wake.set()

    async def drop(self, run_id: str) -> None:
        """Stop feeding a run and take its work out of the queue; workers are told to let go."""
        self._runs.pop(run_id, None)
        nc = self._log.nc
        await nc.publish(subjects.canceled(run_id), b"")
        try:
            await self._log.js.purge_stream(
                subjects.WORK_STREAM, subject=subjects.work_of_run(run_id)
            )
        except (TimeoutError, APIError, NoRespondersError, ConnectionClosedError):
            # Workers look a run up before they work on it, so what stays is only skipped.
            logger.warning("work.not_purged", run=run_id)

    def wake(self) -> None:
        """Something changed: look at every run soon."""
        self._wake.set()

    async def feed(self, _: Client) -> None:
        """Keep every run going, for ever."""
        while True:
            self._wake.clear()
            await self._round()
            try:
                async with asyncio.timeout(_TICK_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _round(self) -> None:
        try:
            await self._look_into_queue()
            for active in list(self._runs.values()):
                await self._advance(active)
            for priority in PRIORITIES:
                await self._top_up(priority)
        except (TimeoutError, NoRespondersError, ConnectionClosedError, OSError, APIError) as error:
            logger.warning("queue.unreachable", error=repr(error))
            self._looked_at = 0.0
            await asyncio.sleep(_TICK_S)

    async def _advance(self, active: ActiveRun) -> None:
        """Start, cut anew or settle a run, where it is time."""
        now = datetime.now(UTC)
        run_id = active.run_id
        if not active.run.plan:
            size = active.first_size()
            await self._say(active, RunStarted(run_id=run_id, slice_size=size, started_at=now))
        elif active.all_scored:
            await self._say(active, await self._settlement(active, now))
            self._runs.pop(run_id, None)
        elif (better := active.better_size()) is not None and (piece := active.upcoming()):
            await self._say(
                active,
                RunResliced(
                    run_id=run_id,
                    first_slice=piece.number,
                    from_entry=piece.start,
                    slice_size=better,
                    resliced_at=now,
                ),
            )

    async def _say(self, active: ActiveRun, event: Event) -> None:
        """Append a lifecycle event; where another was first, go on from what the log says."""
        run_id = active.run_id
        span = context_of({"traceparent": active.traceparent or ""})
        with trace.get_tracer("runoff").start_as_current_span(event.type, context=span):
            try:
                appended = await self._log.append(
                    subjects.lifecycle(run_id),
                    [event],
                    append_id=f"{run_id}:{event.type}:{active.seq}",
                    expected_seq=active.seq,
                    correlation_id=run_id,
                )
            except ConflictingAppend:
                await self._reload(active)
                return
        active.resliced(active.run.after(event), appended.seq)
        logger.info(event.type, run=run_id)

    async def _reload(self, active: ActiveRun) -> None:
        messages = await self._log.read(subjects.lifecycle(active.run_id))
        run = Run.of(event for message in messages for _, event in message.events())
        if run is None or run.status.settled or run.deleted:
            self._runs.pop(active.run_id, None)
            return
        active.resliced(run, messages[-1].seq)

    async def _settlement(self, active: ActiveRun, now: datetime) -> Event:
        run_id = active.run_id
        if active.n_answers == 0:
            reason = f"no model answered any entry; {await self._first_error(run_id)}"
            return RunFailed(run_id=run_id, reason=reason[:2000], failed_at=now)
        return RunCompleted(
            run_id=run_id,
            n_entries=active.n_entries,
            n_failed=active.n_failed,
            completed_at=now,
        )

    async def _first_error(self, run_id: str) -> str:
        first = await self._log.last(subjects.processed(run_id, 0))
        for _, event in first.events() if first else []:
            if isinstance(event, EntryProcessed):
                for prediction in event.predictions:
                    for attempt in prediction.attempts:
                        if attempt.error is not None:
                            return f"the first error is {attempt.error.message}"
        return "no error was recorded"

    async def _top_up(self, priority: Priority) -> None:
        """Hand out slices round by round, one a run, so that none waits for another's end."""
        active = [run for run in self._runs.values() if run.run.created.priority == priority]
        hungry = [run for run in active if run.run.plan]
        budget = max(_MIN_OUT, _OUT_PER_WORKER * self._workers.n_alive)
        share = fair_shares(hungry, budget=budget)
        while hungry:
            still = []
            for run in hungry:
                window = run.window(share=share, n_workers=self._workers.n_alive)
                piece = run.upcoming() if len(run.outstanding) < window else None
                if piece is not None:
                    run.outstanding.add(piece.number)
                    await self._hand_out(run, piece)
                    still.append(run)
            hungry = still

    async def _hand_out(self, active: ActiveRun, piece: Slice) -> None:
        item = WorkItem(run_id=active.run_id, slice=piece.number, start=piece.start, n=piece.n)
        subject = subjects.work(active.run.created.priority, active.run_id, piece.number)
        headers = {"traceparent": active.traceparent} if active.traceparent else None
        try:
            reply = await self._log.nc.request(
                subject, item.model_dump_json().encode(), timeout=_ANSWER_S, headers=headers
            )
        except BaseException:
            active.outstanding.discard(piece.number)
            active.next_slice = min(active.next_slice, piece.number)
            raise
        answer = json.loads(reply.data)
        if "error" in answer:
            active.outstanding.discard(piece.number)
            active.next_slice = min(active.next_slice, piece.number)
            raise APIError(**{k: v for k, v in answer["error"].items() if k != "type"})

    async def _look_into_queue(self) -> None:
        """Hand out again what was out and is neither in the queue nor in the log.

        A slice must be missed twice: its message leaves the queue a moment before the log's
        reader tells us of it. After a reconnect once is enough.
        """
        now = asyncio.get_running_loop().time()
        reconnected = self._log.nc.stats["reconnects"] != self._n_reconnects
        if not self._runs or (now - self._looked_at < _LOOK_S and not reconnected):
            return
        await make_work_queue(self._log.nc)
        queued = await self._queued()
        for active in self._runs.values():
            gone = active.outstanding - queued.get(active.run_id, set())
            lost = gone if reconnected else gone & active.missing
            active.missing = gone - lost
            if lost:
                logger.warning("work.lost", run=active.run_id, n_slices=len(lost))
                active.outstanding -= lost
                active.next_slice = min(active.next_slice, *lost)
        self._n_reconnects = self._log.nc.stats["reconnects"]
        self._looked_at = now

    async def _queued(self) -> dict[str, set[int]]:
        info = await self._log.js.stream_info(subjects.WORK_STREAM, subjects_filter="work.>")
        found: dict[str, set[int]] = {}
        for subject in _names(info.state.subjects):
            _, _, run_id, number = subject.split(".")
            found.setdefault(run_id, set()).add(int(number))
        return found


def _names(subjects_: dict[str, int] | None) -> Iterable[str]:
    return subjects_ or {}
