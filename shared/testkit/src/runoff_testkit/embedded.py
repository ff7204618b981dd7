"""Servers out of the wheels, as `runoff up` runs them."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from runoff_local.child import Child
from runoff_local.folder import private_folder
from runoff_local.guardian import Guardian
from runoff_local.nats import EmbeddedNats
from runoff_local.ports import PortBook
from runoff_local.postgres import EmbeddedPostgres
from runoff_local.process import MARK, is_alive
from runoff_testkit.servers import Server

# A test's data need not outlive a power cut. synchronous_commit stays on: without it a killed
# server loses what it had acknowledged, and tests kill it.
_FAST = {"fsync": "off", "full_page_writes": "off"}


_PREFIX = "runoff-test-"


class EmbeddedServers:
    """Servers that go with the process that made them, even when it is killed."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        _remove_orphans()
        self._root = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        self._stack.callback(shutil.rmtree, self._root, ignore_errors=True)
        # As root PostgreSQL runs as another user, which has to pass this folder; it is ours.
        self._root.chmod(0o711)
        self._mark = secrets.token_hex(8)
        self._guardian = Guardian(mark=self._mark, log=self._root / "guardian.log")
        self._guardian.ensure()
        self._stack.callback(self._guardian.close)

    def nats(self, home: Path) -> Server:
        """nats-server with its store below `home`."""
        server = EmbeddedNatsServer(home, guardian=self._guardian, mark=self._mark)
        self._stack.callback(server.remove)
        return server

    def postgres(self) -> Server:
        """PostgreSQL 18 with a cluster of its own; making that takes most of a second."""
        home = Path(tempfile.mkdtemp(prefix="postgres-", dir=self._root))
        server = EmbeddedPostgresServer(home, guardian=self._guardian, mark=self._mark)
        self._stack.callback(server.remove)
        return server

    def close(self) -> None:
        """End and delete all."""
        self._stack.close()


class EmbeddedNatsServer:
    """nats-server from the wheel; acknowledged means on disk here too."""

    def __init__(self, home: Path, *, guardian: Guardian, mark: str) -> None:
        private_folder(home)
        self._home, self._ports = home, PortBook(home / "ports.json")
        port, monitor_port = self._ports.port("server"), self._ports.port("monitor")
        self._server = EmbeddedNats(home, port=port, monitor_port=monitor_port).open()
        self._child = Child(
            self._server.launch(env={MARK: mark}), log=home / "server.log", guardian=guardian
        )

    @property
    def url(self) -> str:
        """With user and password."""
        return self._server.url

    @property
    def pid(self) -> int | None:
        """None while it is down."""
        return self._child.pid

    def start(self) -> None:
        """Start it; takes some ten milliseconds."""
        self._child.start()

    def stop(self) -> None:
        """End it the clean way."""
        self._child.stop()

    def kill9(self) -> None:
        """End it as a crash would."""
        self._child.kill9()

    def remove(self) -> None:
        """End it and delete its store."""
        self._child.stop()
        self._server.close()
        self._ports.close()
        shutil.rmtree(self._home, ignore_errors=True)


class EmbeddedPostgresServer:
    """PostgreSQL 18 from the wheel."""

    def __init__(self, home: Path, *, guardian: Guardian, mark: str) -> None:
        private_folder(home)
        self._ports = PortBook(home / "ports.json")
        port = self._ports.port("server")
        self._server = EmbeddedPostgres(home, port=port, settings=_FAST).open()
        self._child = Child(
            self._server.launch(env={MARK: mark}), log=home / "server.log", guardian=guardian
        )

    @property
    def url(self) -> str:
        """DSN of a superuser."""
        return self._server.dsn

    @property
    def pid(self) -> int | None:
        """None while it is down."""
        return self._child.pid

    def start(self) -> None:
        """Start it; takes some twenty milliseconds, or a hundred after a crash."""
        self._child.start()

    def stop(self) -> None:
        """End it the clean way; open sessions are cut."""
        self._child.stop()

    def kill9(self) -> None:
        """End it as a crash would."""
        self._child.kill9()

    def remove(self) -> None:
        """End it and delete its data."""
        self._child.stop()
        self._server.remove()
        self._ports.close()


def _remove_orphans() -> None:
    """Delete the data of test processes that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = folder.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
