"""The order of a long run's entries is made once the run is done, before anybody looks.

Whoever looks first would wait for it, or for his page while it is made: for 100,000 entries the
database and this process take some 40 ms of CPU time.
"""

import asyncio
from typing import Final

import structlog
from nats.aio.client import Client

from runoff_query.api.places import EntryLists
from runoff_query.api.progress import Progress
from runoff_query.database import Pool
from runoff_query.outages import POSTGRES_AWAY
from runoff_query.statements import statement

_QUIET_S: Final = 0.5
"""A run that has not moved for so long is looked at: its comparison moves it, too."""
MIN_ENTRIES: Final = 10_000
"""Orders of shorter runs are made as fast as they are read."""

logger = structlog.get_logger(__name__)


class Ahead:
    """Hears which runs moved on, and has their orders made when they are done."""

    def __init__(
        self,
        pool: Pool,
        progress: Progress,
        lists: EntryLists,
        *,
        min_entries: int = MIN_ENTRIES,
    ) -> None:
        self._pool, self._progress, self._lists = pool, progress, lists
        self._min_entries = min_entries
        self._moved: set[str] = set()
        self._woken = asyncio.Event()

    def touch(self, run_ids: list[str]) -> None:
        """These runs moved on."""
        self._moved.update(run_ids)
        self._woken.set()

    async def serve(self, _: Client) -> None:
        """Look at runs that rest, until canceled."""
        resting: set[str] = set()
        while True:
            if not resting:
                await self._woken.wait()
            self._woken.clear()
            await asyncio.sleep(_QUIET_S)
            moved, self._moved = self._moved, set()
            if rested := resting - moved:
                await self._look(rested)
            resting = moved

    async def _look(self, run_ids: set[str]) -> None:
        try:
            version = await self._progress.version()
            done = await self._pool.fetch(
                statement("read/long_runs_done"), list(run_ids), self._min_entries
            )
            for row in done:
                run = await self._lists.of(str(row["run_id"]))
                if run is not None:
                    self._lists.begin(run, seq=version.seq)
        except POSTGRES_AWAY as error:
            # Whoever looks has it made.
            logger.warning("orders.not_made", error=repr(error))
