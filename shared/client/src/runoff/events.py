"""`client.events`: every event of the log, one by one, from any point on, without gap or repeat."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from pydantic import AwareDatetime, JsonValue

from runoff.reconnect import Patience
from runoff.transport import StreamBroken, Transport, path_of
from runoff_contracts.event import Event
from runoff_contracts.events import TYPES
from runoff_contracts.health_views import HealthView
from runoff_contracts.views import View


class LogEvent(View):
    """One event with its place in the log."""

    seq: int
    """Of the log message that it came in; the entries of a slice share one."""
    subject: str
    id: str
    """The same event has the same id, however often it is delivered: keep it to be idempotent."""
    type: str
    time: AwareDatetime
    data: dict[str, JsonValue]

    def read(self) -> Event:
        """The event in its newest shape.

        Raises:
            UnknownEvent: When this release of the client does not know the type or version.
        """
        return TYPES.read(self.data)


@dataclass(frozen=True, order=True)
class Position:
    """A place in the log: a message, and an event within it."""

    seq: int
    place: float = inf
    """`inf` is behind the last event of the message."""

    @classmethod
    def parse(cls, text: str) -> "Position":
        """From the id of a server-sent event, `seq` or `seq.place`."""
        seq, dot, place = text.partition(".")
        return cls(int(seq), int(place) if dot else inf)


class Events:
    """Subscribe to the log."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def follow(
        self, *, after: int | None = None, type: str | None = None, run: str | None = None
    ) -> Iterator[LogEvent]:
        """Every event behind a place in the log, then each new one as it happens; never ends.

        A connection that breaks is opened anew where it broke: no event is missed or repeated.

        Args:
            after: Log sequence; 0 is the beginning, None is now.
            type: As `run.completed`.
            run: Only events of this run.

        Raises:
            ServerUnreachable: When no connection could be made for a minute.
        """
        last_id = str(self._now() if after is None else after)
        patience, path = Patience(), path_of("events")
        params = {"type": type, "run": run}
        while True:
            stream = self._transport.stream(
                path, params, last_event_id=last_id, opened=patience.renew
            )
            try:
                for event in stream:
                    # A server that goes on too early repeats; what is known is passed over.
                    if event.id and Position.parse(event.id) > Position.parse(last_id):
                        # Moved on before the caller has it: what it does with it is its own.
                        last_id = event.id
                        yield LogEvent.model_validate_json(event.data)
            except StreamBroken as broken:
                patience.spend(broken.error)

    def _now(self) -> int:
        health = self._transport.send(
            HealthView, "GET", path_of("health", "ready"), repeatable=True, statuses=[503]
        )
        return health.log_seq
