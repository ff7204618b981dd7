"""Follows the slices of runs under way, and finds those runs in the log at start."""

import asyncio

import structlog
from nats.aio.client import Client

from runoff_contracts import subjects
from runoff_contracts.envelope import ELAPSED_S, N_ANSWERS, N_ENTRIES, N_FAILED
from runoff_contracts.events.lifecycle import (
    RunCanceled,
    RunCompleted,
    RunCreated,
    RunDeleted,
    RunFailed,
)
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_eventlog.reader import LogReader
from runoff_run_manager.active import ActiveRun
from runoff_run_manager.evolve import Run
from runoff_run_manager.feeder import Feeder

_OVER = {
    each.model_fields["type"].default for each in (RunCompleted, RunFailed, RunCanceled, RunDeleted)
}

logger = structlog.get_logger(__name__)


class Follower:
    """Keeps the feeder's picture of each run equal to the log."""

    def __init__(self, log: EventLog, feeder: Feeder) -> None:
        self._log, self._feeder = log, feeder
        self._caught_up = asyncio.Event()

    async def caught_up(self) -> None:
        """Wait until everything that was in the log at start is known."""
        await self._caught_up.wait()

    @property
    def is_caught_up(self) -> bool:
        """Whether everything that was in the log at start is known."""
        return self._caught_up.is_set()

    async def follow(self, _: Client) -> None:
        """Recover the runs under way, then follow their slices for ever."""
        last_seq = await self._log.last_seq()
        found = await self._unsettled()
        first_seq = min((created_seq for _, created_seq in found), default=last_seq + 1)
        known = {active.run_id: active for active, _ in found}
        logger.info("recovering", n_runs=len(known), from_seq=first_seq)
        async with LogReader(self._log, "run-manager", after_seq=first_seq - 1) as reader:
            behind = await self._n_behind(first_seq)
            if behind == 0:
                self._take_up(known)
            async for batch in reader.batches():
                for message in batch:
                    self._note(message, known)
                behind -= len(batch)
                if behind <= 0 and not self._caught_up.is_set():
                    self._take_up(known)
                await reader.ack(batch[-1])
                self._feeder.wake()

    def _take_up(self, known: dict[str, ActiveRun]) -> None:
        for active in known.values():
            self._feeder.add(active)
        known.clear()
        self._caught_up.set()

    def _note(self, message: Message, known: dict[str, ActiveRun]) -> None:
        _, _, run_id, _, number, kind = message.subject.split(".")
        active = self._feeder.run(run_id) or known.get(run_id)
        if active is None:
            return
        headers = message.headers
        n = int(headers[N_ENTRIES])
        if kind == "scored":
            active.scored[int(number)] = n
            return
        active.note_processed(
            int(number),
            n=n,
            n_answers=int(headers[N_ANSWERS]),
            n_failed=int(headers[N_FAILED]),
            elapsed_s=float(headers[ELAPSED_S]),
        )

    async def _unsettled(self) -> list[tuple[ActiveRun, int]]:
        """Runs that have not settled, each with the sequence of its creation."""
        found = []
        for last in await self._log.last_of_each(subjects.ALL_LIFECYCLES):
            if last.headers.get("ce-type") in _OVER:
                continue
            messages = await self._log.read(last.subject)
            run = Run.of(event for message in messages for _, event in message.events())
            if run is None or run.status.settled:
                continue
            first = next(m for m in messages if isinstance(m.events()[0][1], RunCreated))
            active = ActiveRun(run, messages[-1].seq, traceparent=first.headers.get("traceparent"))
            found.append((active, first.seq))
        return found

    async def _n_behind(self, first_seq: int) -> int:
        """Messages that the reader has yet to bring from the time before this start."""
        info = await self._log.js.consumer_info(subjects.LOG_STREAM, "run-manager")
        return (info.num_pending or 0) + (info.num_ack_pending or 0)
