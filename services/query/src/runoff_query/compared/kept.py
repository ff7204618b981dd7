"""What was read or sorted lately, up to so many bytes; who asks at once waits for one reading."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by key, the least lately used dropped first.

    The value asked for last is kept in any case, however large it is.
    """

    def __init__(self, max_bytes: int, size_of: Callable[[Value], int]) -> None:
        self._max_bytes, self._size_of = max_bytes, size_of
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Value]] = {}

    @property
    def n_bytes(self) -> int:
        """Of all that is kept."""
        return sum(map(self._size_of, self._values.values()))

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> Value:
        """The value of a key; made where it is not there, once for all who wait for it."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        # Whoever goes away leaves the work to the others.
        return await asyncio.shield(self._begun(key, make))

    def begin(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> None:
        """Make the value of a key for those who will ask for it; nobody hears of it where it fails,
        and whoever asks has it made anew.
        """
        if key not in self._values:
            self._begun(key, make)

    def _begun(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> "asyncio.Task[Value]":
        task = self._making.get(key)
        if task is None:
            task = asyncio.ensure_future(make())
            self._making[key] = task
            task.add_done_callback(lambda done: self._made(key, done))
        return task

    def _made(self, key: Hashable, task: "asyncio.Task[Value]") -> None:
        del self._making[key]
        if task.cancelled() or task.exception() is not None:
            return
        self._values[key] = task.result()
        while len(self._values) > 1 and self.n_bytes > self._max_bytes:
            self._values.popitem(last=False)
