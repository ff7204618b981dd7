"""Follows runs in the log, and finds at start those under way: the feeder's picture is from here.

Commands only append. That a run is to be fed or dropped is read from the log like everything
else, so it makes no difference whether this process, an earlier one or another wrote it.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import structlog
from nats.aio.client import Client

from runoff_contracts import subjects
from runoff_contracts.envelope import COST_USD, ELAPSED_S, N_ANSWERS, N_ENTRIES, N_FAILED
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import (
    RunCanceled,
    RunCompleted,
    RunCreated,
    RunDecided,
    RunDeleted,
    RunEdited,
    RunFailed,
    RunPaused,
    RunResumed,
    RunStarted,
)
from runoff_eventlog.bootstrap import Checkpoint, check, log_state, log_stream
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_eventlog.private import private_reader
from runoff_eventlog.reader import ConsumerGone
from runoff_run_manager.active import ActiveRun
from runoff_run_manager.evolve import Run
from runoff_run_manager.feeder import Feeder
from runoff_run_manager.uploading import open_uploads, read_on
from runoff_run_manager.work_queue import WorkQueue


def _type(event: type[Event]) -> str:
    return str(event.model_fields["type"].default)


_CREATED, _STARTED, _CANCELED = _type(RunCreated), _type(RunStarted), _type(RunCanceled)
_CHANGED = {_type(each) for each in (RunPaused, RunResumed, RunEdited, RunDecided)}
"""What others say of a run that goes on."""
_STOPPED = {_CANCELED, _type(RunFailed)}
"""Where workers may hold work of it that nobody wants any more."""
_OVER = {_type(each) for each in (RunCompleted, RunFailed, RunCanceled, RunDeleted)}
_FOLLOWED = [
    subjects.ALL_PROCESSED,
    subjects.ALL_SCORED,
    subjects.ALL_LIFECYCLES,
    subjects.ALL_UPLOADS,
]

logger = structlog.get_logger(__name__)


class Follower:
    """Keeps the feeder's picture of each run equal to the log."""

    def __init__(self, log: EventLog, queue: WorkQueue, feeder: Feeder) -> None:
        self._log, self._queue, self._feeder = log, queue, feeder
        self._caught_up = asyncio.Event()

    async def caught_up(self) -> None:
        """Wait until everything that was in the log at start is known."""
        await self._caught_up.wait()

    @property
    def is_caught_up(self) -> bool:
        """Whether everything that was in the log at start is known."""
        return self._caught_up.is_set()

    async def follow(self, nc: Client) -> None:
        """Recover the runs under way, then follow all runs for ever.

        Raises:
            LogGone, LogBehind, LogReplaced: When the log is not the one that was recovered from.
        """
        found = await log_state(nc)
        last_seq = found.last_seq if found else 0
        # What comes while they are recovered is read in any case.
        place = min(await self._recover() or last_seq + 1, last_seq + 1) - 1
        while True:
            try:
                async for noted_seq in self._read(place, known_seq=last_seq):
                    place = noted_seq
                    self._feeder.wake()
            except ConsumerGone as error:
                # The server was restarted. All that is known of runs still holds.
                logger.warning("runs.read_anew", after_seq=place, error=str(error))
                if found:
                    check(await log_stream(nc), Checkpoint(found.log_id, place))

    async def _read(self, after_seq: int, *, known_seq: int) -> AsyncIterator[int]:
        """Note what comes, and say how far that was; without end."""
        async with private_reader(
            self._log,
            "run-manager",
            after_seq=after_seq,
            filter_subjects=_FOLLOWED,
            headers_only=True,
        ) as reader:
            behind = reader.n_behind or 0
            if behind == 0:
                self._caught_up.set()
            async for batch in reader.batches():
                for message in batch:
                    if message.subject.endswith(".lifecycle"):
                        await self._note_lifecycle(message, known_seq=known_seq)
                    elif message.subject.endswith(".uploads"):
                        await self._note_uploads(message)
                    else:
                        self._note_slice(message)
                behind -= len(batch)
                if behind <= 0:
                    self._caught_up.set()
                yield batch[-1].seq

    async def _note_lifecycle(self, message: Message, *, known_seq: int) -> None:
        """A run came, was changed, or is over.

        Args:
            known_seq: Runs created up to here were found at start.
        """
        run_id = message.subject.split(".")[2]
        type_ = message.headers.get("ce-type")
        if type_ == _CREATED and message.seq > known_seq:
            active = await self._under_way(await self._log.read(message.subject))
            if active is not None:
                self._feeder.add(active)
            return
        active = self._feeder.run(run_id)
        if active is None:
            return
        if type_ in _CHANGED and message.seq > active.seq:
            await self._feeder.reload(active)
        elif type_ in _STOPPED:
            await self._feeder.drop(run_id)
        elif type_ in _OVER:
            self._feeder.forget(run_id)

    async def _note_uploads(self, message: Message) -> None:
        """Predictions were pushed; they are read once for all messages that are there by now."""
        active = self._feeder.run(message.subject.split(".")[2])
        if active is None or active.uploads is None or message.seq <= active.uploads.seq:
            return
        active.note_uploaded(await read_on(self._log, active.run_id, active.uploads))

    def _note_slice(self, message: Message) -> None:
        _, _, run_id, _, number, kind = message.subject.split(".")
        active = self._feeder.run(run_id)
        if active is None:
            return
        headers = message.headers
        try:
            if kind == "scored":
                active.note_scored(int(number), n=int(headers[N_ENTRIES]))
                return
            active.note_processed(
                int(number),
                n=int(headers[N_ENTRIES]),
                n_answers=int(headers[N_ANSWERS]),
                n_failed=int(headers[N_FAILED]),
                elapsed_s=float(headers[ELAPSED_S]),
                cost_usd=float(headers.get(COST_USD, 0.0)),
                n_bytes=len(message.body),
            )
        except (KeyError, ValueError) as error:
            # Something else wrote to the log. Reading it again would find the same for ever.
            logger.error("slice.foreign", seq=message.seq, error=repr(error))  # noqa: TRY400

    async def _recover(self) -> int | None:
        """Hand the runs under way to the feeder; answers where their first work may be."""
        # The queue before the log: an item leaves the queue only when its slice is in the log,
        # so whatever is out is seen in one of the two.
        queued = await self._queue.look()
        found: dict[str, int] = {}
        for last in await self._log.last_of_each(subjects.ALL_LIFECYCLES):
            if last.headers.get("ce-type") in _OVER:
                continue
            lifecycle = await self._log.read(last.subject)
            active = await self._under_way(lifecycle)
            if active is None:
                continue
            for number in queued.slices.get(active.run_id, ()):
                active.note_out(number)
            active.may_reslice = _is_older(queued.made_at, lifecycle)
            self._feeder.add(active)
            found[active.run_id] = _first_work(lifecycle)
        for run_id in queued.slices.keys() - found.keys():
            await self._queue.drop(run_id)
        first_seq = min(found.values(), default=None)
        logger.info("recovering", n_runs=len(found), from_seq=first_seq)
        return first_seq

    async def _under_way(self, lifecycle: list[Message]) -> ActiveRun | None:
        """The run of a lifecycle, with what was pushed to it; none where it is over."""
        run = Run.of(event for message in lifecycle for _, event in message.events())
        if run is None or run.status.settled or run.deleted:
            return None
        return ActiveRun(
            run,
            lifecycle[-1].seq,
            traceparent=lifecycle[0].headers.get("traceparent"),
            uploads=await open_uploads(self._log, run.created) if run.created.live else None,
        )


def _first_work(lifecycle: list[Message]) -> int:
    """From which sequence on the log may have slices of a run: before its start there are none."""
    for each in lifecycle:
        if each.headers.get("ce-type") == _STARTED:
            return each.seq
    return lifecycle[-1].seq


def _is_older(made_at: datetime | None, lifecycle: list[Message]) -> bool:
    """Whether the queue was there before the run's first work, so that it lost none of it."""
    started = [each.time for each in lifecycle if each.headers.get("ce-type") == _STARTED]
    return not started or (made_at is not None and made_at <= started[0])
