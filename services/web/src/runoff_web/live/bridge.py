"""From the API's stream of changes to frames: what somebody looks at is rendered once a change."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import httpx
import structlog

from runoff.changes import Changed, changes
from runoff.errors import RunoffError
from runoff_web.early import Known
from runoff_web.live.hub import Hub

PACE_S: Final = 0.05
BOARD_PACE_S: Final = 1.0
"""A card takes three requests, and nobody reads answers faster."""
RETRY_S: Final = (0.3, 1.0, 3.0)
RUNS: Final = "runs"
BOARD: Final = "board"
RUN: Final = "run."

Frames = dict[str, object]
Render = Callable[[str, frozenset[str] | None], Frames | None]
"""A topic's frame, from its name and the runs that moved on (None: any may have); None where there
is nothing to say. Called in a thread: it asks the API."""

logger = structlog.get_logger(__name__)


class Bridge:
    """Listens to one API for all viewers."""

    def __init__(self, api_url: str, hub: Hub, known: Known, render: Render) -> None:
        self._api_url, self._hub, self._known, self._render = api_url, hub, known, render
        self._moved: dict[str, None] = {}
        self._everything = False
        self._begun: set[str] = set()
        self._woken = asyncio.Event()
        self._board: frozenset[str] | None = frozenset()
        self._board_at = 0.0
        hub.on_watch = self._begin

    async def run(self) -> None:
        """Until canceled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._tell())

    async def _listen(self) -> None:
        n_failed = 0
        while True:
            try:
                async for changed in changes(self._api_url):
                    n_failed = 0
                    self._note(changed)
            except httpx.HTTPError as error:
                logger.info("live.interrupted", error=repr(error))
            await asyncio.sleep(RETRY_S[min(n_failed, len(RETRY_S) - 1)])
            n_failed += 1

    def _note(self, changed: Changed) -> None:
        self._everything = self._everything or changed.everything
        self._known.add(*changed.runs)
        self._moved.update(dict.fromkeys(changed.runs))
        self._woken.set()

    def _begin(self, topics: list[str]) -> None:
        self._begun.update(topics)
        self._woken.set()

    async def _tell(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            moved = None if self._everything else frozenset(self._moved)
            begun, self._begun = self._begun, set()
            self._moved, self._everything = {}, False
            for topic in list(self._hub.watched):
                if topic in begun:
                    await self._publish(topic, None)
                elif topic == BOARD:
                    await self._publish_board(moved)
                elif _concerns(topic, moved):
                    await self._publish(topic, moved)
            # Whatever moves on meanwhile is told together.
            await asyncio.sleep(PACE_S)

    async def _publish_board(self, moved: frozenset[str] | None) -> None:
        """What moved since it was told last; what comes too soon waits for the next look."""
        self._board = None if moved is None or self._board is None else self._board | moved
        if not _concerns(BOARD, self._board):
            return
        now = time.monotonic()
        if now - self._board_at < BOARD_PACE_S:
            self._woken.set()
            return
        moved, self._board, self._board_at = self._board, frozenset(), now
        await self._publish(BOARD, moved)

    async def _publish(self, topic: str, moved: frozenset[str] | None) -> None:
        try:
            frame = await asyncio.to_thread(self._render, topic, moved)
        except RunoffError as error:
            logger.info("live.not_rendered", topic=topic, error=str(error))
            return
        if frame is not None:
            self._hub.publish(topic, frame)


def _concerns(topic: str, moved: frozenset[str] | None) -> bool:
    if moved is None:
        return True
    if topic in {RUNS, BOARD}:
        return bool(moved)
    return topic.removeprefix(RUN) in moved
