"""Runs as they proceed: one query a change, however many people look on."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import structlog
from nats.aio.client import Client

from runoff_contracts.views import RunView
from runoff_query.api.run_queries import run_view
from runoff_query.api.watched import WatchedRuns
from runoff_query.database import Pool
from runoff_query.outages import POSTGRES_AWAY

_PACE_S = 0.1
_LOOK_S = 2.0
"""A signal may be lost; then the database is asked."""
_MAX_NAMED = 1000

logger = structlog.get_logger(__name__)


@dataclass
class _Channel:
    """One run that somebody looks at."""

    run_id: str
    viewers: set["asyncio.Queue[RunView | None]"] = field(default_factory=set)
    dirty: asyncio.Event = field(default_factory=asyncio.Event)


class LiveRuns:
    """Tells viewers of a run each time that it moved on, ten times a second at most."""

    def __init__(self, pool: Pool, watched: WatchedRuns) -> None:
        self._pool, self._watched = pool, watched
        self._channels: dict[str, _Channel] = {}
        self._opened: asyncio.Queue[_Channel] = asyncio.Queue()
        self.closing = asyncio.Event()
        """Set when the process stops: streams end then instead of holding it up."""

    def touch(self, run_ids: list[str]) -> None:
        """These runs moved on."""
        for run_id in run_ids:
            if channel := self._channels.get(run_id):
                channel.dirty.set()

    async def serve(self, _: Client) -> None:
        """Look after viewers until canceled."""
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    channel = await self._opened.get()
                    group.create_task(self._follow(channel))
        finally:
            self.closing.set()

    @asynccontextmanager
    async def viewer(self, run_id: str) -> AsyncIterator["asyncio.Queue[RunView | None]"]:
        """A queue of views, newest only; None when the run is gone."""
        channel = self._channels.get(run_id)
        if channel is None:
            channel = self._channels[run_id] = _Channel(run_id)
            self._opened.put_nowait(channel)
        queue: asyncio.Queue[RunView | None] = asyncio.Queue(maxsize=1)
        channel.viewers.add(queue)
        channel.dirty.set()
        try:
            yield queue
        finally:
            channel.viewers.discard(queue)
            channel.dirty.set()

    async def _follow(self, channel: _Channel) -> None:
        """Look after one run for as long as somebody looks at it."""
        while channel.viewers:
            channel.dirty.clear()
            try:
                view = await run_view(self._pool, channel.run_id)
            except POSTGRES_AWAY as error:
                logger.warning("live.interrupted", error=repr(error))
            else:
                shown = None if view is None else self._watched.shown(view)
                for queue in channel.viewers:
                    _put_newest(queue, shown)
            await asyncio.sleep(_PACE_S)
            await _wait(channel.dirty, _LOOK_S)
        self._channels.pop(channel.run_id, None)


@dataclass
class Listener:
    """One client's runs that moved on since it was told last."""

    runs: dict[str, None] = field(default_factory=dict)
    too_many: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, runs: Iterable[str]) -> None:
        """These moved on; a client that is slow is told of each once, and of too many as such."""
        self.runs.update(dict.fromkeys(runs))
        if len(self.runs) > _MAX_NAMED:
            self.runs.clear()
            self.too_many = True
        self.woken.set()

    def take(self) -> str:
        """What there is to say, as JSON; it is said once."""
        said = json.dumps({"runs": list(self.runs), "all": self.too_many})
        self.runs.clear()
        self.too_many = False
        self.woken.clear()
        return said


class Changes:
    """Tells every listener which runs moved on in the read models."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def touch(self, run_ids: list[str]) -> None:
        """These runs moved on."""
        for each in self._listeners:
            each.note(run_ids)

    @contextmanager
    def listener(self) -> Iterator[Listener]:
        """Hears of every change meanwhile."""
        listener = Listener()
        self._listeners.append(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)


def _put_newest(queue: "asyncio.Queue[RunView | None]", view: RunView | None) -> None:
    """A viewer that is slow gets fewer views, not old ones."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(view)


async def _wait(event: asyncio.Event, limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return
