"""Settles completed runs beside the scoring of others: one at a time, in order of the log.

The report of a large run takes seconds, which the slices of other runs are not to wait for. A
thread computes it. What was read is acknowledged up to the oldest run that is still to be settled
and no further, so that a crash brings that run again; what was done behind it finds itself in the
log then.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

import structlog
from opentelemetry import trace
from pydantic import ValidationError

from runoff_contracts.errors import ContractError
from runoff_contracts.events.lifecycle import RunCompleted
from runoff_eventlog.errors import AppendTooLarge
from runoff_eventlog.message import Message
from runoff_eventlog.reader import LogReader
from runoff_eventlog.tracing import context_of
from runoff_scoring.comparisons import Comparisons
from runoff_scoring.errors import IncompleteRun, NotComparable

_COMPLETED = RunCompleted.model_fields["type"].default

logger = structlog.get_logger(__name__)
tracer = trace.get_tracer("runoff")


class Settling:
    """The runs that wait to be settled, and how far the log is dealt with."""

    def __init__(self, comparisons: Comparisons, reader: LogReader) -> None:
        self._comparisons, self._reader = comparisons, reader
        self._waiting: deque[tuple[Message | None, Message]] = deque()
        """Each RunCompleted with the message that was read before it."""
        self._scored: Message | None = None
        self._acked_seq = 0
        self._came = asyncio.Event()

    async def scored(self, batch: Sequence[Message]) -> None:
        """Take messages whose slices are scored; runs that completed among them wait their turn."""
        for message in batch:
            if message.headers.get("ce-type") == _COMPLETED:
                self._waiting.append((self._scored, message))
                self._came.set()
            self._scored = message
        await self._ack()

    async def work(self) -> None:
        """Settle for ever."""
        while True:
            while self._waiting:
                await self._settle(self._waiting[0][1])
                self._waiting.popleft()
                await self._ack()
            self._came.clear()
            await self._came.wait()

    async def _ack(self) -> None:
        done = self._waiting[0][0] if self._waiting else self._scored
        if done is not None and done.seq > self._acked_seq:
            self._acked_seq = done.seq
            await self._reader.ack(done)

    async def _settle(self, message: Message) -> None:
        run_id = message.subject.split(".")[2]
        with tracer.start_as_current_span("settle run", context=context_of(message.headers)):
            try:
                await self._comparisons.settle(run_id)
            except (NotComparable, IncompleteRun) as error:
                logger.warning("run.not_compared", run=run_id, reason=str(error))
            except (ContractError, ValidationError, AppendTooLarge):
                logger.exception("run.not_compared", run=run_id)
