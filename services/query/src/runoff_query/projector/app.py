"""Wires the projector process."""

from runoff_contracts.commands import RebuildReadModels
from runoff_query.database import make_pool
from runoff_query.projector.consumer import Rebuilds
from runoff_query.projector.follow import Follower
from runoff_query.settings import DatabaseSettings
from runoff_runtime.broker import make_broker
from runoff_runtime.commands import handle
from runoff_runtime.process import Service, run
from runoff_runtime.telemetry import enabled


def main() -> int:
    """Serve until SIGTERM; the exit code."""
    return run(lambda: make_service(DatabaseSettings()))


def make_service(settings: DatabaseSettings) -> Service:
    """The service, ready to run; called within the loop that the pool belongs to."""
    broker = make_broker(settings, name="projector")
    if enabled():
        # Off by default, and slow to import.
        from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor

        AsyncPGInstrumentor().instrument()  # type: ignore[no-untyped-call]  # it has no types
    # The log is on disk. What a crash of Postgres takes of the tables it takes of the checkpoints
    # too, so that it is projected again.
    pool = make_pool(
        settings.postgres_dsn.get_secret_value(),
        name="projector",
        size=3,
        statement_s=None,
        is_synced=False,
    )
    rebuilds = Rebuilds(settings, pool)
    follower = Follower(pool)
    handle(broker, RebuildReadModels, queue="projector", handler=rebuilds.accept)
    return Service(
        name="projector",
        settings=settings,
        broker=broker,
        tasks=[follower.follow, rebuilds.work],
        check=follower.is_following,
    )
