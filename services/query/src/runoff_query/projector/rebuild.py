"""Projects the whole log into fresh tables beside the live ones, compares them, swaps them.

Readers go on reading the live tables throughout; the projector goes on writing them until the
comparison, which holds both at the same place of the log. A rebuild that is cut off anywhere
before the swap has changed nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from nats.aio.client import Client

from runoff_contracts.health_views import TableCheck
from runoff_eventlog.log import EventLog
from runoff_eventlog.private import private_reader
from runoff_query.checkpoints import Checkpoints, read_checkpoints, start_checkpoints
from runoff_query.database import FRESH, LIVE, Connection
from runoff_query.projections import PROJECTIONS
from runoff_query.projector.batch import Batch, project, write_or_park
from runoff_query.projector.read_ahead import read_ahead
from runoff_query.statements import statement

Report = Callable[[int, int], Awaitable[None]]
"""Called with the sequence reached and the one that the live tables have."""

_BATCH_MESSAGES = 256
_NEAR = 1000

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild came to."""

    seq: int
    tables: Mapping[str, TableCheck]

    @property
    def equal(self) -> bool:
        """Whether every fresh table had the rows of the live one."""
        return all(check.equal for check in self.tables.values())


class _Tape:
    """Batches of the log, cut where the live tables end."""

    def __init__(self, batches: "asyncio.Queue[Batch]") -> None:
        self._batches = batches
        self._held: list[Batch] = []

    @property
    def end(self) -> int:
        """The last sequence that is at hand."""
        return self._held[-1].last_seq if self._held else 0

    async def read_to(self, seq: int) -> None:
        """Have everything up to `seq` at hand."""
        while self.end < seq:
            self._held.append(await self._batches.get())

    def take(self, seq: int) -> Batch | None:
        """The next batch at hand that stands at or before `seq`."""
        if not self._held or self._held[0].messages[0].seq > seq:
            return None
        batch = self._held.pop(0)
        if batch.last_seq > seq:
            self._held.insert(0, batch.after(seq))
            batch = batch.up_to(seq)
        return batch


async def rebuild(connection: Connection, nc: Client, report: Report) -> Rebuilt:
    """Build fresh tables and put them in the place of the live ones.

    Args:
        connection: Of its own; its search path is that of the fresh tables afterwards.
    """
    live = await _prepare(connection)
    indexes = await _set_indexes_aside(connection)
    async with _tape_of(nc) as tape:
        fresh = Checkpoints(live.log_id, {each.name: 0 for each in PROJECTIONS})
        fresh = await _catch_up(connection, tape, fresh, report)
        for definition in indexes:
            await connection.execute(definition)
        fresh = await _catch_up(connection, tape, fresh, report)
        await connection.execute(statement("rebuild/analyze"))
        while True:
            done = await _swap(connection, tape, fresh)
            if isinstance(done, Rebuilt):
                break
            # The live projector was ahead of what we have read: read on, then ask again.
            await tape.read_to(done)
    await connection.execute(statement("rebuild/drop_old"))
    return done


async def discard(connection: Connection) -> None:
    """Drop what a failed rebuild built."""
    await connection.execute(statement("rebuild/drop_fresh"))


async def _prepare(connection: Connection) -> Checkpoints:
    live = await _live_checkpoints(connection)
    await connection.execute(statement("rebuild/start"))
    await _use(connection, FRESH)
    await connection.execute(statement("schema"))
    await start_checkpoints(connection, [each.name for each in PROJECTIONS], live.log_id)
    return live


async def _set_indexes_aside(connection: Connection) -> list[str]:
    """Drop the indexes of the fresh tables of entries that only readers need.

    Made of whole tables they cost a fraction of what they cost row by row.

    Returns:
        What makes them.
    """
    found = await connection.fetch(statement("rebuild/indexes"))
    for each in found:
        await connection.execute(each["dropping"])
    return [each["making"] for each in found]


async def _catch_up(
    connection: Connection, tape: _Tape, fresh: Checkpoints, report: Report
) -> Checkpoints:
    """Project up to the live tables, until no more than a moment's work is left."""
    while True:
        target = (await _live_checkpoints(connection)).highest
        await _use(connection, FRESH)
        while fresh.lowest < target:
            batch = tape.take(target)
            if batch is None:
                await tape.read_to(tape.end + 1)
                continue
            fresh = await project(connection, fresh, batch)
            await report(fresh.lowest, target)
        if (await _live_checkpoints(connection)).highest - fresh.lowest < _NEAR:
            return fresh


async def _swap(connection: Connection, tape: _Tape, fresh: Checkpoints) -> Rebuilt | int:
    """Compare and swap under one lock, or the sequence that has to be read first."""
    async with connection.transaction():
        live = await _live_checkpoints(connection, lock=True)
        if live.highest > max(fresh.lowest, tape.end):
            return live.highest
        await _use(connection, FRESH)
        while batch := tape.take(live.highest):
            fresh = await write_or_park(connection, fresh, batch)
        rows = await connection.fetch(statement("rebuild/compare"))
        await connection.execute(statement("rebuild/swap"))
        return Rebuilt(
            fresh.lowest,
            {
                row["table_name"]: TableCheck(
                    n_rows=row["n_rows"], n_rows_live=row["n_rows_live"], equal=row["equal"]
                )
                for row in rows
            },
        )


async def _live_checkpoints(connection: Connection, *, lock: bool = False) -> Checkpoints:
    await _use(connection, LIVE)
    return await read_checkpoints(connection, lock=lock)


async def _use(connection: Connection, schema: str) -> None:
    await connection.execute(statement("rebuild/use_schema"), schema)


@asynccontextmanager
async def _tape_of(nc: Client) -> AsyncIterator[_Tape]:
    """The log from its beginning."""
    log = EventLog(nc, source="runoff/projector")
    async with (
        private_reader(
            log, "rebuild", after_seq=0, batch=_BATCH_MESSAGES, outlives_server=True
        ) as reader,
        read_ahead(reader) as batches,
    ):
        yield _Tape(batches)
