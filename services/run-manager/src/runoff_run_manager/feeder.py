"""Feeds the work queue and settles runs: few slices out per run, topped up as they come back.

The queue is in memory and shallow. What is out is known here, and looked up in the queue now and
then: what the queue lost (its server was restarted) is handed out again.
"""

import asyncio
from datetime import UTC, datetime

import structlog
from nats.aio.client import Client
from opentelemetry import trace
from pydantic import ValidationError

from runoff_contracts import subjects
from runoff_contracts.errors import ContractError
from runoff_contracts.event import Event
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import RunCompleted, RunFailed, RunResliced, RunStarted
from runoff_contracts.task import PRIORITIES, Priority, Status
from runoff_contracts.work import WorkItem
from runoff_eventlog.errors import ConflictingAppend, LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_eventlog.tracing import context_of
from runoff_run_manager.active import ActiveRun, fair_share
from runoff_run_manager.evolve import Run
from runoff_run_manager.paces import Paces
from runoff_run_manager.slicing import Slice
from runoff_run_manager.work_queue import UNREACHABLE, WorkQueue
from runoff_run_manager.workers import Workers

_MIN_OUT = 16
_OUT_PER_WORKER = 6
_TICK_S = 0.5

logger = structlog.get_logger(__name__)


class Feeder:
    """Every run under way, and the loop that keeps it going."""

    def __init__(self, log: EventLog, queue: WorkQueue, workers: Workers, *, look_s: float) -> None:
        """Feed nothing yet; `look_s` is the time between two looks for what the queue lost."""
        self._log, self._queue, self._workers = log, queue, workers
        self._look_s = look_s
        self._runs: dict[str, ActiveRun] = {}
        self._paces = Paces()
        self._wake = asyncio.Event()
        self._n_reconnects = queue.n_reconnects
        self._looked_at = 0.0

    def run(self, run_id: str) -> ActiveRun | None:
        """The run, where it is under way."""
        return self._runs.get(run_id)

    def add(self, active: ActiveRun) -> None:
        """Take a run up; one that is under way already stays as it is."""
        if not self._runs and self._looked_at:
            # Nothing was out, so that there was nothing to lose until now.
            self._looked_at = asyncio.get_running_loop().time()
        self._runs.setdefault(active.run_id, active)
        self._wake.set()

    def forget(self, run_id: str) -> None:
        """The run is over."""
        self._runs.pop(run_id, None)

    async def drop(self, run_id: str) -> None:
        """Stop feeding a run and take its work out of the queue; workers are told to let go."""
        self.forget(run_id)
        await self._queue.drop(run_id)

    def wake(self) -> None:
        """Something changed: look at every run soon."""
        self._wake.set()

    async def feed(self, _: Client) -> None:
        """Keep every run going, for ever."""
        while True:
            self._wake.clear()
            await self._round()
            try:
                async with asyncio.timeout(self._pause_s()):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _pause_s(self) -> float | None:
        """Until the next round: a tick, or less where a run is to start; none without runs."""
        if not self._runs:
            return None
        now = datetime.now(UTC)
        waits_s = [wait_s for run in self._runs.values() if (wait_s := run.waits_s(now)) > 0]
        return min([_TICK_S, *waits_s])

    async def _round(self) -> None:
        try:
            if self._may_be_lost:
                await self._look_into_queue()
            for active in list(self._runs.values()):
                await self._advance(active)
            for priority in PRIORITIES:
                await self._top_up(priority)
            # Behind the handing out: a run that has just come is not to wait for it.
            if self._runs and asyncio.get_running_loop().time() - self._looked_at >= self._look_s:
                await self._look_into_queue()
        except (LogUnavailable, *UNREACHABLE) as error:
            logger.warning("queue.unreachable", error=repr(error))
            self._looked_at = 0.0
            await asyncio.sleep(_TICK_S)

    async def _advance(self, active: ActiveRun) -> None:
        """Start, cut anew, end or settle a run, where it is time."""
        now = datetime.now(UTC)
        run_id = active.run_id
        if (reason := active.overrun()) is not None:
            await self._say(active, RunFailed(run_id=run_id, reason=reason, failed_at=now))
            if active.run.status.settled:
                await self.drop(run_id)
        elif active.all_scored:
            await self._say(active, await self._settlement(active, now))
            if active.run.status.settled:
                self._paces.note(active.run.created, active.entry_s)
                self.forget(run_id)
        elif active.is_paused or active.waits_s(now) > 0:
            return
        elif not active.run.plan:
            size = active.first_size(self._paces.of(active.run.created))
            await self._say(active, RunStarted(run_id=run_id, slice_size=size, started_at=now))
        elif (better := active.better_size()) is not None and (piece := active.untouched()):
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
                await self.reload(active)
                return
        if appended.repeated:
            # Said under this id before, perhaps by a process that saw other measurements: what
            # the log has counts.
            await self.reload(active)
            return
        active.advanced(active.run.after(event), appended.seq)
        logger.info(event.type, run=run_id)

    async def reload(self, active: ActiveRun) -> None:
        """Learn from the log what became of a run, and do what follows from it."""
        was_paused = active.is_paused
        messages = await self._log.read(subjects.lifecycle(active.run_id))
        run = Run.of(event for message in messages for _, event in message.events())
        if run is None:
            self.forget(active.run_id)
            return
        active.advanced(run, messages[-1].seq)
        if run.status in {Status.CANCELED, Status.FAILED}:
            await self.drop(active.run_id)
        elif run.status.settled:
            self.forget(active.run_id)
        elif active.is_paused:
            await self._queue.pause(active.run_id, seq=active.seq)
        elif was_paused:
            # What workers let go of meanwhile is to be handed out now, not at the next look.
            self._looked_at = 0.0

    async def _settlement(self, active: ActiveRun, now: datetime) -> Event:
        run_id = active.run_id
        if active.n_answers == 0:
            reason = f"no model answered any entry; {await self._first_error(run_id)}"
            return RunFailed(run_id=run_id, reason=reason[:2000], failed_at=now)
        n_entries, n_planned = active.n_entries, active.run.created.n_entries
        return RunCompleted(
            run_id=run_id,
            n_entries=n_entries,
            n_failed=active.n_failed,
            n_planned=n_planned if n_entries < n_planned else None,
            completed_at=now,
        )

    async def _first_error(self, run_id: str) -> str:
        first = await self._log.last(subjects.processed(run_id, 0))
        try:
            events = [event for _, event in first.events()] if first else []
        except (ContractError, ValidationError):
            return "its first slice cannot be read"
        for event in events:
            if isinstance(event, EntryProcessed):
                for prediction in event.predictions:
                    for attempt in prediction.attempts:
                        if attempt.error is not None:
                            return f"the first error is {attempt.error.message}"
        return "no error was recorded"

    async def _top_up(self, priority: Priority) -> None:
        """Hand out slices round by round, one a run, so that none waits for another's end."""
        n_workers = self._workers.n_alive
        hungry = [
            run
            for run in self._runs.values()
            if run.run.created.priority == priority and run.is_fed and not run.is_starved
        ]
        share = fair_share(len(hungry), budget=max(_MIN_OUT, _OUT_PER_WORKER * n_workers))
        # Counted once: what comes back meanwhile waits for the next round, or a run of fast
        # models would keep all others from being started and settled.
        free = {
            run.run_id: run.window(share=share, n_workers=n_workers) - len(run.outstanding)
            for run in hungry
        }
        while hungry:
            still = []
            for run in hungry:
                piece = run.upcoming() if free[run.run_id] > 0 else None
                if piece is not None and run.run_id in self._runs and run.is_fed:
                    free[run.run_id] -= 1
                    await self._hand_out(run, piece)
                    still.append(run)
            hungry = still

    async def _hand_out(self, active: ActiveRun, piece: Slice) -> None:
        item = WorkItem(
            run_id=active.run_id,
            slice=piece.number,
            start=piece.start,
            n=piece.n,
            lifecycle_seq=active.seq,
        )
        priority = active.run.created.priority
        active.note_out(piece.number)
        try:
            await self._queue.put(item, priority=priority, traceparent=active.traceparent)
        except BaseException:
            active.note_lost([piece.number])
            raise
        if active.run_id not in self._runs:
            # Dropped while this was on its way, which clearing the queue may have overtaken.
            await self._queue.clear(active.run_id)

    @property
    def _may_be_lost(self) -> bool:
        """Whether the queue has to be looked into before anything is put there."""
        never = self._looked_at == 0.0
        return bool(self._runs) and (never or self._queue.n_reconnects != self._n_reconnects)

    async def _look_into_queue(self) -> None:
        """Find what was out and is neither in the queue nor in the log: it is handed out again."""
        now = asyncio.get_running_loop().time()
        n_reconnects = self._queue.n_reconnects
        queued = (await self._queue.look_or_make()).slices
        for active in list(self._runs.values()):
            gone = active.outstanding - queued.get(active.run_id, set())
            # A slice leaves the queue when it is in the log, and its note may be on its way.
            lost = [number for number in gone if not await self._is_in_log(active.run_id, number)]
            if lost:
                what = "work.taken_back" if active.is_paused else "work.lost"
                logger.warning(what, run=active.run_id, n_slices=len(lost))
                active.note_lost(lost)
                self._wake.set()
            if active.is_paused and active.outstanding:
                # A signal may be missed, and a worker may have come since.
                await self._queue.pause(active.run_id, seq=active.seq)
        self._n_reconnects, self._looked_at = n_reconnects, now

    async def _is_in_log(self, run_id: str, number: int) -> bool:
        return await self._log.last(subjects.processed(run_id, number)) is not None
