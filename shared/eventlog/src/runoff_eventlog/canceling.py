"""Lets loops over many requests end when they are canceled."""

import asyncio


def heed_cancellation() -> None:
    """Raise where this task was canceled and the cancellation was lost on the way.

    `asyncio.wait_for`, which every request of nats-py is waited for with, drops a cancellation that
    comes together with the answer (python/cpython#86296, mended in 3.12). A loop of quick requests
    would go on to its end.

    Raises:
        asyncio.CancelledError: When the task is to end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
