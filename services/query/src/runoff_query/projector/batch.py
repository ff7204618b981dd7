"""One batch of the log into the read models: one transaction, exactly once.

A message that cannot be read, or whose values Postgres refuses, is parked where a person sees
it; the ones around it go on.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from runoff_contracts.event import Event
from runoff_eventlog.message import Message
from runoff_query.checkpoints import Checkpoints, move_checkpoints, read_checkpoints
from runoff_query.database import Connection
from runoff_query.errors import Fenced, Unprojectable
from runoff_query.outages import REFUSED_DATA
from runoff_query.projections import PROJECTIONS
from runoff_query.recorded import (
    ComputedDocument,
    ProcessedSlice,
    Recorded,
    ScoredSlice,
    read_message,
)
from runoff_query.statements import statement

_REASON_LENGTH = 2000

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parked:
    """A message that is left out of the read models, and why."""

    seq: int
    subject: str
    reason: str


@dataclass(frozen=True)
class Batch:
    """Messages in order of the log, at least one, read once for all projections."""

    messages: Sequence[Message]
    facts: list[Recorded]
    parked: list[Parked] = field(default_factory=list)

    @property
    def last_seq(self) -> int:
        """Of its last message."""
        return self.messages[-1].seq

    def up_to(self, seq: int) -> "Batch":
        """The part whose messages stand at or before `seq`; the first does."""
        return Batch(
            [each for each in self.messages if each.seq <= seq],
            [each for each in self.facts if each.seq <= seq],
            [each for each in self.parked if each.seq <= seq],
        )

    def after(self, seq: int) -> "Batch":
        """The part whose messages stand behind `seq`; the last does."""
        return Batch(
            [each for each in self.messages if each.seq > seq],
            [each for each in self.facts if each.seq > seq],
            [each for each in self.parked if each.seq > seq],
        )

    def touched(self) -> list[str]:
        """Runs that these facts are about."""
        return list(dict.fromkeys(run for fact in self.facts for run in _runs_of(fact)))


def read_batch(messages: Sequence[Message]) -> Batch:
    """Read messages; the unreadable ones are set apart."""
    facts: list[Recorded] = []
    parked: list[Parked] = []
    for message in messages:
        try:
            facts += read_message(message)
        except Unprojectable as error:
            parked.append(_parked(message, error))
    return Batch(messages, facts, parked)


async def project(connection: Connection, held: Checkpoints, batch: Batch) -> Checkpoints:
    """Write a batch into every read model that does not have it yet, all or nothing.

    When Postgres refuses a value, message by message: those with such values are parked.

    Raises:
        Fenced: When the checkpoints do not stand where `held` has them.
    """
    try:
        async with _held(connection, held):
            return await _write(connection, held, batch)
    except REFUSED_DATA:
        logger.warning("batch.refused", last_seq=batch.last_seq, exc_info=True)
    async with _held(connection, held):
        return await _write_each(connection, held, batch)


@asynccontextmanager
async def _held(connection: Connection, held: Checkpoints) -> AsyncIterator[None]:
    async with connection.transaction():
        # Locked first: a second projector, or a swap of the tables, is over before we write.
        if await read_checkpoints(connection, lock=True) != held:
            raise Fenced
        yield


async def write_or_park(connection: Connection, held: Checkpoints, batch: Batch) -> Checkpoints:
    """As `project`, in a transaction that the caller opened."""
    try:
        async with connection.transaction():
            return await _write(connection, held, batch)
    except REFUSED_DATA:
        logger.warning("batch.refused", last_seq=batch.last_seq, exc_info=True)
    return await _write_each(connection, held, batch)


async def _write_each(connection: Connection, held: Checkpoints, batch: Batch) -> Checkpoints:
    for message in batch.messages:
        held = await _write_single(connection, held, message)
    return held


async def _write_single(connection: Connection, held: Checkpoints, message: Message) -> Checkpoints:
    try:
        async with connection.transaction():
            return await _write(connection, held, read_batch([message]))
    except REFUSED_DATA as error:
        parked = Batch([message], [], [_parked(message, error)])
        return await _write(connection, held, parked)


async def _write(connection: Connection, held: Checkpoints, batch: Batch) -> Checkpoints:
    for projection in PROJECTIONS:
        last_seq = held.seqs[projection.name]
        facts = [fact for fact in batch.facts if fact.seq > last_seq]
        if facts:
            await projection.project(connection, facts)
    if batch.parked:
        await connection.execute(
            statement("checkpoints/park"),
            [each.seq for each in batch.parked],
            [each.subject for each in batch.parked],
            [each.reason for each in batch.parked],
        )
    return await move_checkpoints(connection, held, batch.last_seq)


def _parked(message: Message, error: Exception) -> Parked:
    reason = f"{type(error).__name__}: {error}"[:_REASON_LENGTH].replace("\x00", "�")
    logger.error("message.parked", seq=message.seq, subject=message.subject, reason=reason)
    return Parked(message.seq, message.subject, reason)


def _runs_of(fact: Recorded) -> Iterable[str]:
    match fact.content:
        case ProcessedSlice() | ScoredSlice():
            return (fact.content.run_id,)
        case ComputedDocument():
            return fact.content.event.run_ids
        case Event():
            run_id = getattr(fact.content, "run_id", None)
            return () if run_id is None else (run_id,)
