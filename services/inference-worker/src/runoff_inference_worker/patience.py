"""Waits for a log that is away: what models have said is not thrown away because of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from nats.js.errors import APIError

from runoff_eventlog.errors import AppendTooLarge, EventLogError

T = TypeVar("T")

_FIRST_WAIT_S = 0.25
_PATIENCE_S = 5.0

logger = structlog.get_logger(__name__)


async def patiently(do: Callable[[], Awaitable[T]]) -> T:
    """Until the log answers.

    Raises:
        AppendTooLarge: At once: waiting does not mend that.
    """
    wait_s = _FIRST_WAIT_S
    while True:
        try:
            return await do()
        except AppendTooLarge:
            raise
        except (EventLogError, APIError) as error:
            logger.warning("log.unavailable", error=str(error))
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, _PATIENCE_S)
