"""Connections to Postgres: one pool a process, its sessions alike in what rows look like."""

from typing import TYPE_CHECKING, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

LIVE = "runoff"
"""The schema that readers read and the projector writes."""
FRESH = "runoff_next"
"""The schema that a rebuild fills beside it."""
OLD = "runoff_old"
"""What a swap leaves behind until it is dropped."""

if TYPE_CHECKING:
    OneConnection: TypeAlias = asyncpg.Connection[asyncpg.Record]
    Connection: TypeAlias = OneConnection | PoolConnectionProxy[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    # The driver's classes are generic for type checkers only.
    OneConnection = asyncpg.Connection
    Connection = asyncpg.Connection | PoolConnectionProxy
    Pool = asyncpg.Pool

_CONNECT_S = 5.0


def session(name: str, *, schema: str = LIVE) -> dict[str, str]:
    """Settings of a session: where tables are, and how times are written."""
    return {
        "search_path": schema,
        "application_name": name,
        "timezone": "UTC",
        "jit": "off",
        # Pages are in memory or on a disk that does not seek: with the server's default of 4, made
        # for one that does, all of a table's wide rows are read in place of a narrow index.
        "random_page_cost": "1.1",
    }


def make_pool(
    dsn: str, *, name: str, size: int, statement_s: float | None, is_synced: bool = True
) -> Pool:
    """A pool that connects when it is first used, and again whenever Postgres comes back.

    Args:
        statement_s: Limit of one statement; none for a projector, which may wait for a swap.
        is_synced: Whether a commit waits for the disk. Where not, a crash of Postgres may lose the
            last ones, whole and in order.
    """
    return asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        timeout=_CONNECT_S,
        command_timeout=statement_s,
        server_settings=session(name) | ({} if is_synced else {"synchronous_commit": "off"}),
        max_inactive_connection_lifetime=300,
        reset=_as_it_is,
    )


async def _as_it_is(_: OneConnection) -> None:
    """Nobody sets anything in a session of the pool, so that there is nothing to be set back.

    The driver's own way is a further round trip for each statement; it ends what was left of a
    transaction either way.
    """


async def connect(dsn: str, *, name: str, schema: str = LIVE) -> OneConnection:
    """One connection of its own."""
    return await asyncpg.connect(
        dsn, timeout=_CONNECT_S, server_settings=session(name, schema=schema)
    )
