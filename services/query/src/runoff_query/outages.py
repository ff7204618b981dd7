"""Which errors mean that a server is away for a while, so that trying again helps."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import structlog
from nats.errors import ConnectionClosedError, NoRespondersError, NoServersError
from nats.errors import TimeoutError as NatsTimeoutError

from runoff_eventlog.errors import LogUnavailable

Result = TypeVar("Result")

POSTGRES_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""Restarting, refusing connections, out of them, or gone in the middle of a statement."""

NATS_AWAY = (
    ConnectionClosedError,
    NoRespondersError,
    NoServersError,
    NatsTimeoutError,
    LogUnavailable,
    OSError,
    TimeoutError,
)

REFUSED_DATA = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    ValueError,
    TypeError,
    OverflowError,
)
"""Postgres will never take these values; the driver says so itself where it cannot encode them."""

_AGAIN_S = 0.2

logger = structlog.get_logger(__name__)


def causes(errors: BaseExceptionGroup[BaseException]) -> list[str]:
    """Every error of a group, however deep it lies, for a log line."""
    return [
        line
        for each in errors.exceptions
        for line in (causes(each) if isinstance(each, BaseExceptionGroup) else [repr(each)])
    ]


async def once_there(
    what: str,
    make: Callable[[], Awaitable[Result]],
    *,
    away: tuple[type[Exception], ...],
    limit_s: float,
) -> Result:
    """Call `make` again and again until the server behind it is up.

    Raises:
        Exception: One of `away`, the last that was seen, when the limit has passed.
    """
    deadline = asyncio.get_running_loop().time() + limit_s
    while True:
        try:
            return await make()
        except away as error:
            if asyncio.get_running_loop().time() > deadline:
                raise
            logger.info("server.awaited", server=what, error=repr(error))
            await asyncio.sleep(_AGAIN_S)
