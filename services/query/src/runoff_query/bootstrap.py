"""Makes database, streams and consumers ready, once, before the services start.

`python -m runoff_query.bootstrap`: exit code 0 when everything is there, 3 when the log is not
the one that the read models were built from (an operator decides), 1 when a server is away.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

import nats
import structlog
from nats.aio.client import Client

from runoff_eventlog.bootstrap import LogState
from runoff_eventlog.bootstrap import bootstrap as bootstrap_log
from runoff_eventlog.errors import LogGuard
from runoff_query.checkpoints import check_log, read_checkpoints, start_checkpoints
from runoff_query.database import OneConnection, connect
from runoff_query.errors import WrongDatabase
from runoff_query.migrations import migrate
from runoff_query.outages import NATS_AWAY, POSTGRES_AWAY, once_there
from runoff_query.projections import PROJECTIONS
from runoff_query.settings import DatabaseSettings
from runoff_query.statements import statement
from runoff_runtime.logs import set_up_logs

REFUSED = 3
_WAIT_S = 30.0

logger = structlog.get_logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, do it, say what is wrong in one line."""
    parser = argparse.ArgumentParser(prog="python -m runoff_query.bootstrap", description=__doc__)
    parser.add_argument(
        "--accept-log",
        action="store_true",
        help="take the event log that is there, and build the read models anew from it",
    )
    accept_log = parser.parse_args(arguments).accept_log
    settings = DatabaseSettings()
    set_up_logs("bootstrap", level=settings.log_level, format_=settings.log_format)
    try:
        asyncio.run(bootstrap(settings, accept_log=accept_log))
    except (LogGuard, WrongDatabase) as error:
        logger.critical("bootstrap.refused", reason=str(error))
        return REFUSED
    except (*POSTGRES_AWAY, *NATS_AWAY) as error:
        logger.critical("bootstrap.failed", error=repr(error))
        return 1
    return 0


async def bootstrap(settings: DatabaseSettings, *, accept_log: bool = False) -> LogState:
    """Bring the database to this release, then the log, each checked against the other.

    Raises:
        LogGone, LogBehind, LogReplaced: When the log is not the one of the checkpoints.
        MigrationChanged, DatabaseTooNew: When the database is not of this release.
    """
    dsn = settings.postgres_dsn.get_secret_value()
    connection = await once_there(
        "postgres", lambda: connect(dsn, name="bootstrap"), away=POSTGRES_AWAY, limit_s=_WAIT_S
    )
    try:
        await migrate(connection)
        nc = await once_there(
            "nats", lambda: _connect_nats(settings), away=NATS_AWAY, limit_s=_WAIT_S
        )
        try:
            return await _settle(connection, nc, settings, accept_log=accept_log)
        finally:
            await nc.close()
    finally:
        await connection.close()


async def _settle(
    connection: OneConnection, nc: Client, settings: DatabaseSettings, *, accept_log: bool
) -> LogState:
    checkpoint = (await read_checkpoints(connection)).guard()
    state = await bootstrap_log(
        nc, checkpoint, replicas=settings.log_replicas, accept_log=accept_log
    )
    try:
        check_log(state, checkpoint)
    except LogGuard as accepted:
        # Only where an operator said so: bootstrap_log raised the same before otherwise.
        logger.warning("bootstrap.log_accepted", instead=str(accepted))
        await _empty(connection)
    await start_checkpoints(connection, [each.name for each in PROJECTIONS], state.log_id)
    logger.info("bootstrap.done", log_id=state.log_id, last_seq=state.last_seq)
    return state


async def _empty(connection: OneConnection) -> None:
    async with connection.transaction():
        await connection.execute(statement("meta/empty"))
        await migrate(connection)


async def _connect_nats(settings: DatabaseSettings) -> Client:
    return await nats.connect(
        settings.nats_url.get_secret_value(),
        name="bootstrap",
        allow_reconnect=False,
        connect_timeout=2,
    )


if __name__ == "__main__":
    sys.exit(main())
