"""Waiting for a condition with a deadline, instead of sleeping for luck."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")

_POLL_S = 0.01
_MAX_POLL_S = 0.25
_SHARE = 4
"""Times as long as a look took is waited until the next: one that asks an API every 10 ms keeps
the services busy with answers, and from doing what is waited for."""


class NeverHappened(AssertionError):
    """The condition did not come true in time; the text says what was seen last."""

    def __init__(self, what: str, *, deadline_s: float, last: object) -> None:
        super().__init__(f"{what} did not happen within {deadline_s} s; last seen: {last!r}")


def wait_until(predicate: Callable[[], T], *, deadline_s: float = 10.0, what: str = "") -> T:
    """Call until the result is true, and return that result.

    Raises:
        NeverHappened: It was still false at the deadline.
    """
    end = time.monotonic() + deadline_s
    while True:
        began = time.monotonic()
        if last := predicate():
            return last
        now = time.monotonic()
        if now > end:
            raise NeverHappened(what or _name(predicate), deadline_s=deadline_s, last=last)
        time.sleep(_pause_s(now - began))


@overload
async def eventually(
    predicate: Callable[[], Awaitable[T]], *, deadline_s: float = ..., what: str = ...
) -> T: ...


@overload
async def eventually(
    predicate: Callable[[], T], *, deadline_s: float = ..., what: str = ...
) -> T: ...


async def eventually(
    predicate: Callable[[], Awaitable[T]] | Callable[[], T],
    *,
    deadline_s: float = 10.0,
    what: str = "",
) -> T:
    """`wait_until` for the event loop; the predicate may be a plain or an async function.

    Raises:
        NeverHappened: It was still false at the deadline.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_s
    while True:
        began = loop.time()
        result = predicate()
        last = await result if inspect.isawaitable(result) else result
        if last:
            return last
        now = loop.time()
        if now > end:
            raise NeverHappened(what or _name(predicate), deadline_s=deadline_s, last=last)
        await asyncio.sleep(_pause_s(now - began))


def _pause_s(took_s: float) -> float:
    return min(max(_POLL_S, _SHARE * took_s), _MAX_POLL_S)


def _name(predicate: Callable[[], object]) -> str:
    return getattr(predicate, "__name__", repr(predicate))
