"""The four kinds of Python function: one entry or a batch a call, plain or `async`."""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import Any

from runoff_inference_worker.errors import (
    AttemptFailed,
    MalformedAnswer,
    ModelRaised,
    TimedOut,
)
from runoff_inference_worker.provider import Answer, Ask, Model, Reply
from runoff_inference_worker.python_answer import Entry, answer_of
from runoff_inference_worker.threads import HOP_S, Threads
from runoff_inference_worker.views import View

Function = Callable[[Any], Any]
"""As its author wrote it: what it returns is looked at when it does (hence `Any`)."""

_MOST_IN_HOP = 64
"""Of entries that wait behind one that turns out to be slow; enough to make hops cheap."""


class Pace:
    """How many calls, one after another, fill a hop at the speed seen last."""

    def __init__(self) -> None:
        self.n_calls = 1

    def learn(self, n_done: int, elapsed_s: float) -> None:
        """Grow by at most 8 times: one quick answer may be a lucky one."""
        fitting = int(HOP_S * n_done / max(elapsed_s, 1e-9))
        self.n_calls = max(min(fitting, 8 * self.n_calls, _MOST_IN_HOP), 1)


class _PythonModel:
    """What the four kinds of function share."""

    view: View | None = None

    def __init__(self, function: Function, threads: Threads) -> None:
        self._function, self._threads, self._pace = function, threads, Pace()

    async def close(self) -> None:
        """A function holds nothing."""


class SyncFunction(_PythonModel):
    """One entry a call, in a thread, several calls a hop."""

    def n_wanted(self, batch_size: int) -> int:
        """As many as fill a hop: calls that take long go to a thread each."""
        return self._pace.n_calls

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """Call for one after another, as long as the hop lasts."""
        began_s = perf_counter()
        calls = [partial(self._call, ask) for ask in asks]
        dones = await self._threads.serve(calls, limit_s=limit_s)
        self._pace.learn(len(dones), perf_counter() - began_s)
        return [Reply(done.value, done.started_at, done.duration_s) for done in dones]

    def _call(self, ask: Ask) -> Answer:
        return answer_of(self._function(Entry(ask)))


class AsyncFunction(_PythonModel):
    """One entry a call, in the event loop, several calls a turn where they are quick."""

    def n_wanted(self, batch_size: int) -> int:
        """As many as are over in a moment: calls that wait are to wait side by side."""
        return self._pace.n_calls

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """Await one after another, as long as that is quick."""
        first_s = perf_counter()
        replies: list[Reply] = []
        for ask in asks:
            started_at, began_s = datetime.now(UTC), perf_counter()
            outcome = await _awaited(self._function, Entry(ask), answer_of, limit_s)
            ended_s = perf_counter()
            replies.append(Reply(outcome, started_at, ended_s - began_s))
            if ended_s - first_s > HOP_S:
                break
        self._pace.learn(len(replies), perf_counter() - first_s)
        return replies


class _BatchFunction(_PythonModel):
    def n_wanted(self, batch_size: int) -> int:
        """The run's batch."""
        return batch_size


class SyncBatchFunction(_BatchFunction):
    """All entries in one call, in a thread."""

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """One call; what it raises fails the whole batch."""
        call = partial(self._call, asks)
        done = (await self._threads.serve([call], limit_s=limit_s))[0]
        if isinstance(done.value, AttemptFailed):
            raise done.value
        return _replies(done.value, done.started_at, done.duration_s)

    def _call(self, asks: Sequence[Ask]) -> list[Answer | AttemptFailed]:
        return _answers(self._function([Entry(ask) for ask in asks]), n_asked=len(asks))


class AsyncBatchFunction(_BatchFunction):
    """All entries in one call, in the event loop."""

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """One call; what it raises fails the whole batch."""
        started_at, began_s = datetime.now(UTC), perf_counter()
        read = partial(_answers, n_asked=len(asks))
        outcome = await _awaited(self._function, [Entry(ask) for ask in asks], read, limit_s)
        if isinstance(outcome, AttemptFailed):
            raise outcome
        return _replies(outcome, started_at, perf_counter() - began_s)


async def _awaited(
    function: Function, argument: object, read: Callable[[Any], Any], limit_s: float
) -> Any:  # what `read` returns, or an AttemptFailed
    """Await one call within the limit; what goes wrong in it is its outcome."""
    try:
        async with asyncio.timeout(limit_s) as limit:
            return read(await function(argument))
    except AttemptFailed as error:
        return error
    except TimeoutError as error:
        return TimedOut(limit_s) if limit.expired() else ModelRaised.of(error)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return ModelRaised.of(error)  # the function's own, not an order to stop
    except Exception as error:  # the outermost line of somebody else's code
        return ModelRaised.of(error)


def _answers(values: object, *, n_asked: int) -> list[Answer | AttemptFailed]:
    """Each of a batch function's answers, or what is wrong with it.

    Raises:
        MalformedAnswer: When they are not one an entry.
    """
    if isinstance(values, str | bytes) or not isinstance(values, Sequence):
        raise MalformedAnswer(f"the function returned {type(values).__name__}, not a list")
    if len(values) != n_asked:
        raise MalformedAnswer(f"the function returned {len(values)} answers to {n_asked} entries")
    return [_read(value) for value in values]


def _read(value: object) -> Answer | AttemptFailed:
    try:
        return answer_of(value)
    except MalformedAnswer as error:
        return error


def _replies(
    outcomes: Sequence[Answer | AttemptFailed], started_at: datetime, duration_s: float
) -> list[Reply]:
    """Of one call that all of them were in."""
    return [Reply(each, started_at, duration_s, len(outcomes)) for each in outcomes]


def make_model(function: Function, threads: Threads) -> Model:
    """The kind of model that a function is."""
    is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  # an object's own method, not callability
    )
    if getattr(function, "runoff_batch", False):
        return (AsyncBatchFunction if is_async else SyncBatchFunction)(function, threads)
    return (AsyncFunction if is_async else SyncFunction)(function, threads)
