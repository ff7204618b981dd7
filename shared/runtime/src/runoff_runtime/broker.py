"""The FastStream broker of a process: one connection, no stream declared by it."""

from faststream import AckPolicy
from faststream.exceptions import IncorrectState
from faststream.nats import NatsBroker
from nats.aio.client import Client

from runoff_runtime import telemetry
from runoff_runtime.settings import ServiceSettings

_PENDING_BYTES = 64 * 1024 * 1024


def make_broker(settings: ServiceSettings, *, name: str) -> NatsBroker:
    """A broker that outlives every restart of the server and acknowledges nothing by itself."""
    middlewares = []
    if telemetry.enabled():
        # Off by default, and slow to import.
        from runoff_runtime.spans import middleware

        middlewares.append(middleware())
    return NatsBroker(
        settings.nats_url.get_secret_value(),
        name=name,
        logger=None,
        ack_policy=AckPolicy.MANUAL,
        # A handler takes the bytes of its message and nothing else: nothing is to be injected or
        # checked, for which each would get a pydantic model at every start.
        apply_types=False,
        serializer=None,
        middlewares=middlewares,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.2,  # type: ignore[arg-type]  # nats-py takes fractions
        connect_timeout=5,
        allow_reconnect=True,
        pending_size=_PENDING_BYTES,
        graceful_timeout=5.0,
    )


def client_of(broker: NatsBroker) -> Client:
    """The connection of a started broker."""
    connection = broker.connection
    if not isinstance(connection, Client):
        raise TypeError("the broker is not started")
    return connection


def is_started(broker: NatsBroker) -> bool:
    """Whether `client_of` has something to give."""
    try:
        return isinstance(broker.connection, Client)
    except IncorrectState:
        return False
