"""Watches every run that compares models, beside the scoring: nothing waits for it.

What may be said so far is a signal for whoever looks on. That a run is decided is an order to
run-manager, which lets it end. All of it is made of the log: after a restart, the scored slices
of a run are read once, with its next slice.
"""

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import nats.errors
import structlog
from nats.aio.client import Client

from runoff_contracts import subjects
from runoff_contracts.commands import DecideRun, Refused
from runoff_contracts.events.entry import EntryScored
from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.sequential import WatchedRun
from runoff_eventlog.errors import LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_runtime.commands import ask
from runoff_runtime.errors import NoAnswer
from runoff_scoring.plans import sealed_plan
from runoff_scoring.watching.evidence import Question, question, values_of

if TYPE_CHECKING:
    from runoff_scoring.watching.watched import Watch

_PACE_S = 0.5
_REST = 10
"""A look that took long is followed by a rest of so many times its length."""
_AGAIN_S = 1.0
_RUN_MANAGER_S = 10.0
_MOST_RUNS = 512
_AWAY = (LogUnavailable, NoAnswer, nats.errors.Error, OSError)

logger = structlog.get_logger(__name__)


class _Run:
    """A run that is scored, and what of it nobody looked at yet."""

    def __init__(self, created: RunCreated, *, due_s: float) -> None:
        self.created, self.due_s = created, due_s
        self.slices: list[Sequence[EntryScored]] = []
        self.watch: Watch | None = None
        self.is_open = False
        """Its beginning was read; then there is a watch, or nothing to watch."""
        self.decided: WatchedRun | None = None
        """By what, where run-manager is to be told."""
        self.is_told = False

    @property
    def wants_a_look(self) -> bool:
        """Whether something came, or is still to be told."""
        return bool(self.slices) or (self.decided is not None and not self.is_told)


class Watching:
    """All runs under watch."""

    def __init__(self, log: EventLog, *, clock: Callable[[], float]) -> None:
        self._log, self._clock = log, clock
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._came = asyncio.Event()

    def take(self, created: RunCreated | None, scored: Sequence[EntryScored]) -> None:
        """A slice of a run is scored; it is looked at later."""
        if created is None or len(created.contenders) < 2:
            return
        run = self._runs.get(created.run_id)
        if run is None:
            # A run that is over before anybody could read of it is not looked at.
            due_s = 0.0 if _may_end(created) else self._clock() + _PACE_S
            run = self._runs[created.run_id] = _Run(created, due_s=due_s)
        if run.is_open and run.watch is None:
            return
        run.slices.append(scored)
        if len(self._runs) > _MOST_RUNS:
            self._runs.popitem(last=False)
        self._came.set()

    def forget(self, run_id: str) -> None:
        """The run is over."""
        self._runs.pop(run_id, None)

    async def work(self, _: Client) -> None:
        """Look at runs for ever: at each twice a second at most."""
        while True:
            self._came.clear()
            for run in [each for each in self._runs.values() if each.wants_a_look]:
                if run.due_s <= self._clock():
                    await self._look(run)
            waiting = [each.due_s for each in self._runs.values() if each.wants_a_look]
            limit_s = max(min(waiting) - self._clock(), 0) if waiting else None
            try:
                async with asyncio.timeout(limit_s):
                    await self._came.wait()
            except TimeoutError:
                continue

    async def _look(self, run: _Run) -> None:
        began_s = self._clock()
        slices, run.slices = run.slices, []
        try:
            if not run.is_open:
                run.watch = await self._open(run.created)
                run.is_open = True
            if run.watch is not None:
                watched = await asyncio.to_thread(_looked, run.watch, slices)
                await self._tell(run, watched)
        except _AWAY as error:
            logger.warning("watching.interrupted", run=run.created.run_id, error=repr(error))
            run.slices = slices + run.slices
            run.due_s = self._clock() + _AGAIN_S
            return
        now_s = self._clock()
        rest_s = _REST * (now_s - began_s)
        # A run that may end is looked at with each slice: every further one costs calls.
        run.due_s = now_s + (rest_s if _may_end(run.created) else max(_PACE_S, rest_s))

    async def _tell(self, run: _Run, watched: WatchedRun | None) -> None:
        if watched is not None:
            if watched.decided and run.decided is None:
                run.decided = watched
            said = watched.model_dump_json().encode()
            await self._log.nc.publish(subjects.verdict(watched.run_id), said)
        if run.decided is not None and not run.is_told:
            await self._decide(run.decided)
            run.is_told = True

    async def _decide(self, watched: WatchedRun) -> None:
        logger.info("run.decided", run=watched.run_id, n=watched.n, said=watched.sentence)
        command = DecideRun(
            command_id=str(uuid.uuid5(uuid.UUID(watched.run_id), "decided")),
            sent_at=datetime.now(UTC),
            run_id=watched.run_id,
            watched=watched,
        )
        outcome = (await ask(self._log.nc, command, timeout_s=_RUN_MANAGER_S)).outcome
        if isinstance(outcome, Refused):
            logger.error("run.not_decided", run=watched.run_id, problem=outcome.problem.title)

    async def _open(self, created: RunCreated) -> "Watch | None":
        """A run with everything that the log has of its scores; none where nothing is watched."""
        sealed = await sealed_plan(self._log, created.plan) if created.plan else None
        asked = question(created, sealed.plan if sealed else None)
        if asked is None:
            return None
        watch = await asyncio.to_thread(_new, asked)
        async for part in self._log.parts(subjects.scored_of(created.run_id)):
            await asyncio.to_thread(_read, watch, part)
        return watch


def _may_end(created: RunCreated) -> bool:
    return created.config.stop_when_decided is not None


def _new(asked: Question) -> "Watch":
    # scipy is a third of the start of this process, and waits for the first run.
    from runoff_scoring.watching.watched import Watch

    return Watch(asked)


def _read(watch: "Watch", part: list[Message]) -> None:
    for message in part:
        _add(watch, [event for _, event in message.events() if isinstance(event, EntryScored)])


def _looked(watch: "Watch", slices: Sequence[Sequence[EntryScored]]) -> WatchedRun | None:
    for entries in slices:
        _add(watch, entries)
    return watch.look()


def _add(watch: "Watch", entries: Sequence[EntryScored]) -> None:
    found = values_of(watch.question, entries)
    if found is not None:
        watch.ordered.add(*found)
