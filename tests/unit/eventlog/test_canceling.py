"""What becomes of a cancellation that somebody swallowed."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from runoff_eventlog.canceling import heed_cancellation


async def test_a_loop_ends_though_its_cancellation_was_swallowed() -> None:
    """As `asyncio.wait_for` of Python 3.11 does where the answer comes at the same moment."""
    n_rounds, waiting = 0, asyncio.Event()

    async def loop() -> None:
        nonlocal n_rounds
        while True:
            heed_cancellation()
            n_rounds += 1
            with suppress(asyncio.CancelledError):
                waiting.set()
                await asyncio.Event().wait()

    task = asyncio.create_task(loop())
    await waiting.wait()
    task.cancel()
    await asyncio.wait([task], timeout=30)

    assert task.cancelled()
    assert n_rounds == 1
