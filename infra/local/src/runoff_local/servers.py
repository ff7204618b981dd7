"""The servers under the services: embedded ones, or those that the caller has."""

from __future__ import annotations

import asyncio

from runoff_local.folder import StackFolder
from runoff_local.nats import EmbeddedNats
from runoff_local.ports import PortBook
from runoff_local.postgres import EmbeddedPostgres
from runoff_local.process import MARK, Launch
from runoff_local.settings import StackOptions


class Servers:
    """Addresses of NATS and PostgreSQL, and what has to be run for them."""

    def __init__(self, options: StackOptions, folder: StackFolder, ports: PortBook) -> None:
        self._nats_url, self._postgres_dsn = options.nats_url, options.postgres_dsn
        self.nats: EmbeddedNats | None = None
        self.postgres: EmbeddedPostgres | None = None
        if self._nats_url is None:
            self.nats = EmbeddedNats(
                folder.nats, port=ports.port("nats"), monitor_port=ports.port("nats-monitor")
            )
        if self._postgres_dsn is None:
            self.postgres = EmbeddedPostgres(folder.postgres, port=ports.port("postgres"))

    async def open(self) -> None:
        """Make what the embedded servers need; the first time this takes about a second.

        Raises:
            StoreInUse: Another server has the JetStream store.
            ProcessDidNotStart: No database cluster could be made.
        """
        if self.nats:
            self.nats.open()
        if self.postgres:
            await asyncio.to_thread(self.postgres.open)

    @property
    def nats_url(self) -> str:
        """With user and password; call `open` first."""
        return self._nats_url or (self.nats.url if self.nats else "")

    @property
    def postgres_dsn(self) -> str:
        """With user and password; call `open` first."""
        return self._postgres_dsn or (self.postgres.dsn if self.postgres else "")

    def launches(self, mark: str) -> tuple[Launch, ...]:
        """The embedded servers; the last one stops first."""
        env = {MARK: mark}
        found = [self.nats.launch(env=env)] if self.nats else []
        if self.postgres:
            found.append(self.postgres.launch(env=env))
        return tuple(found)

    def close(self) -> None:
        """Give the store free."""
        if self.nats:
            self.nats.close()
