"""Scores the runs that have functions of one's own, beside the runs that have none.

Such a function may take its time, so its runs have a reader of the log of their own, and each run
a lane: slices of one run are scored one after the other, and no run waits for another's function.
The reader brings headers alone; a slice's message is fetched when its turn comes, so that the
slices that wait take next to no memory.
"""

import asyncio
from collections import deque

import structlog
from nats.aio.client import Client
from opentelemetry import trace
from pydantic import ValidationError

from runoff_contracts import subjects
from runoff_contracts.errors import ContractError
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import RunCanceled, RunDeleted, RunFailed
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_eventlog.reader import LogReader
from runoff_eventlog.tracing import context_of
from runoff_scoring.appending import append_scored, fail_run
from runoff_scoring.entries import score_slice
from runoff_scoring.own.scorer import OwnScorer
from runoff_scoring.run_scorers import RunScorers, Scorers
from runoff_scoring.scorers import ReadyScorer
from runoff_scoring.watching.follow import Watching

_RUNS_AT_ONCE = 4
_ENDED = {each.model_fields["type"].default for each in (RunCanceled, RunFailed, RunDeleted)}

logger = structlog.get_logger(__name__)
tracer = trace.get_tracer("runoff")


class OwnConsumer:
    """Follows processed slices of such runs."""

    def __init__(self, log: EventLog, scorers: RunScorers, watching: Watching) -> None:
        self._log, self._scorers, self._watching = log, scorers, watching
        self._lanes: dict[str, deque[Message]] = {}
        self._slots = asyncio.Semaphore(_RUNS_AT_ONCE)
        self._waiting: deque[Message] = deque()
        self._done: set[int] = set()

    async def follow(self, _: Client) -> None:
        """Score for ever."""
        async with LogReader(self._log, "scoring-own") as reader, asyncio.TaskGroup() as group:
            async for batch in reader.batches():
                for message in batch:
                    await self._take(message, reader, group)
                await self._ack(reader)

    async def _take(self, message: Message, reader: LogReader, group: asyncio.TaskGroup) -> None:
        run_id = message.subject.split(".")[2]
        self._waiting.append(message)
        if not await self._has_own(run_id):
            self._done.add(message.seq)
        elif run_id in self._lanes:
            self._lanes[run_id].append(message)
        else:
            self._lanes[run_id] = deque([message])
            group.create_task(self._work_off(run_id, reader))

    async def _has_own(self, run_id: str) -> bool:
        try:
            return (await self._scorers.of(run_id)).has_own
        except (ContractError, ValidationError):
            return False  # whoever scores the other runs says what is wrong with this one

    async def _work_off(self, run_id: str, reader: LogReader) -> None:
        lane = self._lanes[run_id]
        while lane:
            message = lane[0]
            async with self._slots:
                with tracer.start_as_current_span("score slice", context_of(message.headers)):
                    await self._score(run_id, message)
            lane.popleft()
            self._done.add(message.seq)
            await self._ack(reader)
        del self._lanes[run_id]

    async def _score(self, run_id: str, bare: Message) -> None:
        number = int(bare.subject.split(".")[4])
        if await self._log.last(subjects.scored(run_id, number)) is not None:
            return  # from before a crash: the functions are not to be called again
        life = await self._log.last(subjects.lifecycle(run_id))
        if life is not None and life.headers.get("ce-type") in _ENDED:
            return  # nobody waits for these scores
        whole = await self._log.last(bare.subject)
        if whole is None:
            return
        try:
            entries = await asyncio.to_thread(_entries, whole)
        except (ContractError, ValidationError) as error:
            logger.exception("slice.unreadable", seq=bare.seq, subject=bare.subject)
            await fail_run(self._log, whole, f"it cannot be read: {error}")
            return
        scorers = await self._scorers.of(run_id)
        ready = await _called(scorers, entries)
        scored = await asyncio.to_thread(score_slice, entries, ready)
        await append_scored(self._log, whole, scored)
        self._watching.take(scorers.created, [event for _, event in scored])

    async def _ack(self, reader: LogReader) -> None:
        """Acknowledge up to the first that is not dealt with: a lane may be ahead of another."""
        last = None
        while self._waiting and self._waiting[0].seq in self._done:
            last = self._waiting.popleft()
            self._done.discard(last.seq)
        if last is not None:
            await reader.ack(last)


async def _called(scorers: Scorers, entries: list[EntryProcessed]) -> list[ReadyScorer]:
    return [
        await each.scored(entries) if isinstance(each, OwnScorer) else each for each in scorers.all
    ]


def _entries(message: Message) -> list[EntryProcessed]:
    return [event for _, event in message.events() if isinstance(event, EntryProcessed)]
