"""Follows the log: processed slices become scored ones, completed runs are settled."""

import asyncio

import structlog
from nats.aio.client import Client
from opentelemetry import trace
from pydantic import ValidationError

from runoff_contracts.commands import Accepted, ComputeComparison
from runoff_contracts.errors import ContractError
from runoff_contracts.events.entry import EntryScored
from runoff_contracts.events.lifecycle import RunCanceled, RunCompleted, RunFailed
from runoff_contracts.problem import Problem, problem
from runoff_eventlog.errors import LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_eventlog.reader import LogReader
from runoff_eventlog.tracing import context_of
from runoff_scoring.appending import append_scored, fail_run
from runoff_scoring.comparisons import Comparisons
from runoff_scoring.entries import score_slice
from runoff_scoring.errors import NotComparable
from runoff_scoring.processed import entries_of
from runoff_scoring.run_scorers import RunScorers
from runoff_scoring.scorers import ReadyScorer
from runoff_scoring.settling import Settling
from runoff_scoring.watching.follow import Watching

_AT_ONCE = 8
_UNFINISHED = {each.model_fields["type"].default for each in (RunFailed, RunCanceled)}
_OVER = {RunCompleted.model_fields["type"].default, *_UNFINISHED}

logger = structlog.get_logger(__name__)
tracer = trace.get_tracer("runoff")


class Consumer:
    """Scores what the log brings, in order, and appends what comes of it."""

    def __init__(
        self, log: EventLog, comparisons: Comparisons, scorers: RunScorers, watching: Watching
    ) -> None:
        self._log, self._comparisons, self._scorers = log, comparisons, scorers
        self._watching = watching
        self._gathering = comparisons.runs.gathering
        self._computing = asyncio.Lock()
        """One slice at a time: threads that wait for each other's interpreter only lose time."""

    async def follow(self, _: Client) -> None:
        """Score for ever."""
        async with (
            LogReader(self._log, "scoring", batch=64) as reader,
            asyncio.TaskGroup() as group,
        ):
            settling = Settling(self._comparisons, reader)
            group.create_task(settling.work())
            async for batch in reader.batches():
                await self._score_all([m for m in batch if m.subject.endswith(".processed")])
                for message in batch:
                    self._note(message)
                await settling.scored(batch)

    async def compute(self, command: ComputeComparison) -> Accepted | Problem:
        """Compare contenders because somebody asks."""
        try:
            digest, seq = await self._comparisons.compute(command.asked)
        except NotComparable as refused:
            return refused.problem
        except LogUnavailable as error:
            return problem("log-unavailable", "The event log does not answer", 503, str(error))
        return Accepted(seq=seq, data={"digest": digest})

    def _note(self, message: Message) -> None:
        """Let go of a run that is over; what was gathered of a completed one is still wanted."""
        type_, run_id = message.headers.get("ce-type"), message.subject.split(".")[2]
        if type_ in _OVER:
            self._scorers.forget(run_id)
            self._watching.forget(run_id)
        if type_ in _UNFINISHED:
            self._gathering.drop(run_id)

    async def _score_all(self, messages: list[Message]) -> None:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def score(message: Message) -> None:
            async with slots:
                await self._score(message)

        async with asyncio.TaskGroup() as group:
            for message in messages:
                group.create_task(score(message))

    async def _score(self, message: Message) -> None:
        run_id = message.subject.split(".")[2]
        with tracer.start_as_current_span("score slice", context=context_of(message.headers)):
            try:
                scorers = await self._scorers.of(run_id)
                if scorers.has_own:
                    return  # `OwnConsumer` follows these runs
                async with self._computing:
                    scored = await asyncio.to_thread(self._scored, message, scorers.ready)
            except (ContractError, ValidationError) as error:
                # Nobody can score what cannot be read; the projector parks and shows it.
                logger.exception("slice.unreadable", seq=message.seq, subject=message.subject)
                await fail_run(self._log, message, f"it cannot be read: {error}")
                return
            if not await append_scored(self._log, message, scored):
                self._gathering.drop(run_id)
            self._watching.take(scorers.created, [event for _, event in scored])

    def _scored(
        self, message: Message, scorers: list[ReadyScorer]
    ) -> list[tuple[str, EntryScored]]:
        """In a thread."""
        entries = entries_of(message)
        scored = score_slice(entries, scorers)
        _, _, run_id, _, number, _ = message.subject.split(".")
        self._gathering.add(run_id, int(number), entries, [event for _, event in scored])
        return scored
