"""The entries of one slice that one contender has still to settle."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from runoff_contracts.events.entry import Attempt
from runoff_inference_worker.provider import Ask


@dataclass(slots=True)
class Pending:
    """One entry on its way to a prediction."""

    place: int
    """In the slice."""
    ask: Ask
    attempts: list[Attempt] = field(default_factory=list)
    n_tried: int = 0
    """Attempts that count against the run's retries."""
    alone: bool = False
    """Asked by itself: it failed before, alone or in a batch."""
    first_ready_s: float = field(default_factory=time.perf_counter)
    """When it could be asked for the first time (`time.perf_counter`)."""
    ready_s: float = 0.0
    """When it could be asked again after the last failure; 0 before one."""


class Feed:
    """Entries come in as they are read, and again when they are to be retried."""

    def __init__(self, n_entries: int) -> None:
        self._n_open = n_entries
        self._n_coming = n_entries
        self._ready: deque[Pending] = deque()
        self._changed = asyncio.Event()
        self._flush = False
        self.began_s: float | None = None
        """When the first entry was taken for a call (`time.monotonic`)."""

    def put(self, entries: Iterable[Pending]) -> None:
        """Entries that are read."""
        before = len(self._ready)
        self._ready.extend(entries)
        self._n_coming -= len(self._ready) - before
        self._flush = False
        self._changed.set()

    def flush(self) -> None:
        """No more come until some are settled: what is there is not to wait for a full batch."""
        self._flush = True
        self._changed.set()

    def again(self, entries: Iterable[Pending]) -> None:
        """Entries to be asked once more, before those not asked yet."""
        entries, now_s = list(entries), time.perf_counter()
        for pending in entries:
            pending.ready_s = now_s
        self._ready.extendleft(reversed(entries))
        self._changed.set()

    def settled(self, n_entries: int, *, unseen: bool = False) -> None:
        """Entries are done with; `unseen` where they never came in."""
        self._n_open -= n_entries
        if unseen:
            self._n_coming -= n_entries
        self._changed.set()

    async def ready(self, n_wanted: int) -> bool:
        """Wait for a batch worth a call; False once every entry is settled."""
        while self._n_open > 0:
            if self.is_ready(n_wanted):
                return True
            self._changed.clear()
            await self._changed.wait()
        return False

    def is_ready(self, n_wanted: int) -> bool:
        """Whether there is a batch worth a call now."""
        return bool(self._ready) and (
            len(self._ready) >= n_wanted
            or self._n_coming == 0
            or self._flush
            or self._ready[0].alone
        )

    def take(self, n_wanted: int) -> list[Pending]:
        """The next entries for one call."""
        if self.began_s is None:
            self.began_s = time.monotonic()
        first = self._ready.popleft()
        taken = [first]
        while (
            not first.alone and len(taken) < n_wanted and self._ready and not self._ready[0].alone
        ):
            taken.append(self._ready.popleft())
        return taken
