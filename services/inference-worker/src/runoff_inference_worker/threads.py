"""Daemon threads for calls that cannot be interrupted, with a limit for each call.

A thread that is over the limit cannot be killed: it is abandoned, its late result is dropped, and
another takes its place. Only so many may be abandoned at once; a model that hangs again and again
becomes unavailable instead of filling the process with threads.

Calls travel in series (a *hop*): handing one to a thread and back costs some 50 us, which a model
that answers within 1 us must not pay for each entry. A hop ends when its calls are done or its
time is over, and whoever sent it gets what was done so far.
"""

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from runoff_inference_worker.errors import AttemptFailed, ModelRaised, TimedOut, Unavailable

T = TypeVar("T")

HOP_S = 0.02
"""A hop goes on to its next call until so much time has passed."""


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """How one call ended."""

    value: T | AttemptFailed
    started_at: datetime
    duration_s: float


class Threads:
    """Threads that are made when they are needed and kept for the next hop."""

    def __init__(self, *, max_abandoned: int = 32, max_idle: int = 32) -> None:
        self._max_abandoned, self._max_idle = max_abandoned, max_idle
        self._idle: deque[_Thread] = deque()
        self._lock = threading.Lock()
        self._n_abandoned = 0

    @property
    def n_abandoned(self) -> int:
        """Threads that still run a call that nobody waits for."""
        return self._n_abandoned

    async def serve(
        self, calls: Sequence[Callable[[], T]], *, limit_s: float | None
    ) -> list[Done[T]]:
        """Make the calls one after another in one thread; at least the first is done.

        A call that raises or runs over the limit is done too: its error is its value.

        Raises:
            Unavailable: When too many abandoned calls are still running.
        """
        if self._n_abandoned >= self._max_abandoned:
            raise Unavailable(f"{self._n_abandoned} calls that ran over their limit still run")
        hop = _Hop(calls, asyncio.get_running_loop())
        try:
            thread = self._idle.pop()
        except IndexError:
            thread = _Thread(self)
        hop.owner = thread
        thread.inbox.put(hop)
        watch = None if limit_s is None else _Watch(self, hop, limit_s)
        try:
            await hop.finished
        except asyncio.CancelledError:
            self.abandon(hop, limit_s=None)
            raise
        finally:
            if watch is not None:
                watch.stop()
        return hop.done

    def abandon(self, hop: "_Hop[Any]", *, limit_s: float | None) -> float:
        """Leave a hop's thread to itself; with a limit, only where its call is over that.

        Returns:
            What is left of the limit; 0 where the hop has ended.
        """
        left_s = hop.give_up(limit_s)
        if left_s is None:
            return 0.0
        if left_s <= 0:
            with self._lock:
                self._n_abandoned += 1
            hop.finish()
        return left_s

    def back(self, thread: "_Thread", *, abandoned: bool) -> bool:
        """Take a thread that has ended its hop; False where it is not needed any more."""
        with self._lock:
            if abandoned:
                self._n_abandoned -= 1
            if len(self._idle) >= self._max_idle:
                return False
            self._idle.append(thread)
            return True

    def close(self) -> None:
        """End the idle threads; those that run a call end after it."""
        self._max_idle = 0
        while self._idle:
            self._idle.pop().inbox.put(None)


class _Thread:
    def __init__(self, home: Threads) -> None:
        self._home = home
        self.inbox: queue.SimpleQueue[_Hop[Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="model-call", daemon=True).start()

    def _run(self) -> None:
        while (hop := self.inbox.get()) is not None:
            owned = hop.run(self)
            # Idle before the loop hears of the end, or its next hop would find no idle thread.
            stays = self._home.back(self, abandoned=not owned)
            if owned:
                hop.tell()
            del hop
            if not stays:
                return


class _Hop(Generic[T]):
    """One series of calls; `owner` is the thread that may still add to `done`."""

    def __init__(self, calls: Sequence[Callable[[], T]], loop: asyncio.AbstractEventLoop) -> None:
        self._calls, self._loop = calls, loop
        self.finished: asyncio.Future[None] = loop.create_future()
        self.owner: _Thread | None = None
        self.done: list[Done[T]] = []
        # Guards `owner`, `done` and what is said of the call under way, so that no call is
        # given up in the moment in which the next one begins.
        self._lock = threading.Lock()
        self._began_s: float | None = None
        self._started_at = datetime.now(UTC)

    def run(self, thread: _Thread) -> bool:
        """Make the calls; False where the hop was given up meanwhile."""
        began_s = time.perf_counter()
        until_s = began_s + HOP_S
        with self._lock:
            self._began_s, self._started_at = began_s, datetime.now(UTC)
        for call in self._calls:
            value = _outcome(call)
            now_s = time.perf_counter()
            with self._lock:
                if self.owner is not thread:
                    return False
                self.done.append(Done(value, self._started_at, now_s - began_s))
                if now_s > until_s or len(self.done) == len(self._calls):
                    self.owner = None
                    return True
                self._began_s, self._started_at = now_s, datetime.now(UTC)
            began_s = now_s
        return True

    def give_up(self, limit_s: float | None) -> float | None:
        """Take the hop from its thread where the call under way is over the limit (or at once).

        Returns:
            What is left of the limit, 0 or less where the hop was taken; None where it has ended.
        """
        with self._lock:
            if self.owner is None:
                return None
            if limit_s is None:
                self.owner = None
                return 0.0
            if self._began_s is None:
                return limit_s
            now_s = time.perf_counter()
            left_s = self._began_s + limit_s - now_s
            if left_s <= 0:
                self.owner = None
                self.done.append(Done(TimedOut(limit_s), self._started_at, now_s - self._began_s))
            return left_s

    def tell(self) -> None:
        """Wake whoever waits, from the thread."""
        try:
            self._loop.call_soon_threadsafe(self.finish)
        except RuntimeError:
            return  # the process is stopping: its loop is closed and nobody waits

    def finish(self) -> None:
        """Wake whoever waits, in the loop."""
        if not self.finished.done():
            self.finished.set_result(None)


class _Watch:
    """Looks whether a hop's call is over its limit."""

    def __init__(self, threads: Threads, hop: _Hop[Any], limit_s: float) -> None:
        self._threads, self._hop, self._limit_s = threads, hop, limit_s
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_later(limit_s, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._handle.cancel()

    def _look(self) -> None:
        left_s = self._threads.abandon(self._hop, limit_s=self._limit_s)
        if left_s > 0:
            # A timer may fire a little early: at least a millisecond, so that it never spins.
            self._handle = self._loop.call_later(max(left_s, 0.001), self._look)


def serve_here(call: Callable[[], T]) -> Done[T]:
    """Make one call in this thread, for those that are known to be over in a moment.

    Handing work to a thread and back moves the interpreter to another core and back, too; for a
    call of 50 us that costs several times the call.
    """
    started_at, began_s = datetime.now(UTC), time.perf_counter()
    value = _outcome(call)
    return Done(value, started_at, time.perf_counter() - began_s)


def _outcome(call: Callable[[], T]) -> T | AttemptFailed:
    try:
        return call()
    except AttemptFailed as error:
        return error
    except BaseException as error:  # a thread's outermost loop; a model may even call sys.exit
        return ModelRaised.of(error)
