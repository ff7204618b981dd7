"""Commands in: a rebuild is accepted at once and carried out in the background, one at a time."""

import asyncio

import structlog
from nats.aio.client import Client

from runoff_contracts.commands import Accepted, RebuildReadModels
from runoff_contracts.health_views import RebuildView
from runoff_contracts.problem import Problem, problem
from runoff_query.database import OneConnection, Pool, connect
from runoff_query.outages import POSTGRES_AWAY, once_there
from runoff_query.projector.rebuild import Rebuilt, discard, rebuild
from runoff_query.rebuild_state import read_state, write_state
from runoff_query.settings import DatabaseSettings
from runoff_query.statements import statement

_REPORT_S = 0.5
_CLOSE_S = 5.0
_PATIENCE_S = 3600.0
_CUT_OFF = "The projector ended before the rebuild did. Nothing was changed; ask again."

logger = structlog.get_logger(__name__)


class Rebuilds:
    """The rebuild that runs, if one does; how it stands is kept in the database."""

    def __init__(self, settings: DatabaseSettings, pool: Pool) -> None:
        self._dsn = settings.postgres_dsn.get_secret_value()
        self._pool = pool
        self._asked: asyncio.Queue[OneConnection] = asyncio.Queue()
        self._checking = asyncio.Lock()
        """Whoever looks whether a rebuild was cut off holds the right to rebuild for a moment."""

    async def accept(self, command: RebuildReadModels) -> Accepted | Problem:
        """Start a rebuild unless one is under way."""
        try:
            async with self._checking:
                connection = await self._locked()
            if connection is None:
                return problem(
                    "rebuild-running", "A rebuild is under way", 409, "One at a time: wait for it."
                )
            await self._write(RebuildView(state="running", seq=0, target_seq=0, tables={}))
        except POSTGRES_AWAY as error:
            logger.warning("rebuild.refused", error=repr(error))
            return problem("server-unavailable", "The database is not reachable", 503, "Try again.")
        await self._asked.put(connection)
        return Accepted(seq=0, data={"state": "running"})

    async def work(self, nc: Client) -> None:
        """Carry out what was accepted, for ever."""
        await once_there("postgres", self._note_cut_off, away=POSTGRES_AWAY, limit_s=_PATIENCE_S)
        while True:
            connection = await self._asked.get()
            try:
                await self._rebuild(connection, nc)
            # Whatever goes wrong in a rebuild must not end the projector beside it.
            except Exception as error:
                logger.exception("rebuild.failed")
                await self._fail(f"{type(error).__name__}: {error}. Nothing was changed.")
            finally:
                await connection.close(timeout=_CLOSE_S)

    async def close(self) -> None:
        """Let go of what was accepted and not begun."""
        while not self._asked.empty():
            await self._asked.get_nowait().close(timeout=_CLOSE_S)

    async def _rebuild(self, connection: OneConnection, nc: Client) -> None:
        loop = asyncio.get_running_loop()
        next_report = 0.0

        async def report(seq: int, target_seq: int) -> None:
            nonlocal next_report
            if loop.time() >= next_report:
                next_report = loop.time() + _REPORT_S
                await self._write(
                    RebuildView(state="running", seq=seq, target_seq=target_seq, tables={})
                )

        logger.info("rebuild.started")
        try:
            done = await rebuild(connection, nc, report)
        except BaseException:
            await discard(connection)
            raise
        await self._say(done)

    async def _say(self, done: Rebuilt) -> None:
        unequal = [name for name, check in done.tables.items() if not check.equal]
        detail = "Every fresh table had the rows of the live one."
        if unequal:
            detail = (
                f"These tables differed from the log and are now as the log has it: "
                f"{', '.join(unequal)}."
            )
            logger.error("rebuild.tables_differed", tables=unequal, seq=done.seq)
        logger.info("rebuild.swapped", seq=done.seq, equal=done.equal)
        await self._write(
            RebuildView(
                state="swapped",
                seq=done.seq,
                target_seq=done.seq,
                tables=dict(done.tables),
                detail=detail,
            )
        )

    async def _locked(self) -> OneConnection | None:
        """A connection that holds the right to rebuild; none where another one does."""
        connection = await connect(self._dsn, name="rebuild")
        if await connection.fetchval(statement("rebuild/lock")):
            return connection
        await connection.close()
        return None

    async def _note_cut_off(self) -> None:
        """A rebuild that is said to run, and that nobody holds, was cut off."""
        async with self._checking:
            connection = await self._locked()
            if connection is None:
                return
            try:
                if (await read_state(connection)).state == "running":
                    await self._fail(_CUT_OFF)
                    await discard(connection)
            finally:
                await connection.close(timeout=_CLOSE_S)

    async def _fail(self, detail: str) -> None:
        await self._pool
        async with self._pool.acquire() as connection:
            held = await read_state(connection)
            await write_state(
                connection, held.model_copy(update={"state": "failed", "detail": detail})
            )

    async def _write(self, view: RebuildView) -> None:
        # Made ready by its first use, which may be this one.
        await self._pool
        async with self._pool.acquire() as connection:
            await write_state(connection, view)
