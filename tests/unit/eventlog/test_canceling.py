"""What becomes of a cancellation that a request swallowed."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from runoff_eventlog.canceling import heeding


class _Away(Exception):
    """What a request may end with."""


@pytest.mark.parametrize("fails", [False, True])
async def test_a_group_ends_though_a_request_swallowed_the_cancellation(fails: bool) -> None:
    """As `asyncio.wait_for` of Python 3.11 does where the answer comes at the same moment."""
    waiting = asyncio.Event()

    async def request() -> str:
        try:
            waiting.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if fails:
                raise _Away from None
        return "answer"

    async def loop() -> None:
        """As services do: an error is no reason to end."""
        while True:
            with suppress(_Away):
                await heeding(request())
            await asyncio.Event().wait()

    async def service() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(loop())

    task = asyncio.create_task(service())
    await waiting.wait()
    task.cancel()
    await asyncio.wait([task], timeout=30)

    assert task.cancelled()


async def test_a_limit_that_was_swallowed_is_still_a_limit() -> None:
    """`asyncio.timeout` cancels, too, and means another error."""

    async def request() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await heeding(request())


async def test_who_was_not_canceled_gets_the_answer() -> None:
    """And its error."""

    async def request() -> str:
        return "answer"

    async def fails() -> None:
        raise _Away

    assert await heeding(request()) == "answer"
    with pytest.raises(_Away):
        await heeding(fails())
