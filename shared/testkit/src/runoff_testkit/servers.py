"""What a test may do to a server, whichever way it is run."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Server(Protocol):
    """A real server whose address stays the same over stops, crashes and starts."""

    @property
    def url(self) -> str:
        """With user and password where there are any."""
        ...

    def start(self) -> None:
        """Start it and wait until it answers; nothing when it is up."""
        ...

    def stop(self) -> None:
        """End it the clean way."""
        ...

    def kill9(self) -> None:
        """End it as a crash would."""
        ...

    def remove(self) -> None:
        """End it and delete its data."""
        ...


class ServerMaker(Protocol):
    """Makes servers that are not started yet; whatever is still up goes with `close`."""

    def nats(self, home: Path) -> Server:
        """A NATS server with JetStream; its store lies below `home` when it is embedded."""
        ...

    def postgres(self) -> Server:
        """A PostgreSQL with a database that its superuser owns."""
        ...

    def close(self) -> None:
        """End and delete all."""
        ...
