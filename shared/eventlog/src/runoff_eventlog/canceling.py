"""Lets whoever asks the server end when it is canceled."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def heeding(request: Awaitable[T]) -> T:
    """Wait for a request; end where this task was canceled meanwhile.

    `asyncio.wait_for`, which nats-py waits for every answer with, drops a cancellation that comes
    together with the answer (python/cpython#86296, mended in 3.12). The task would go on, and
    whoever canceled it and waits for its end, a task group above all, would wait for ever.

    Raises:
        asyncio.CancelledError: When the task is to end, whatever the request brought.
    """
    try:
        return await request
    finally:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
