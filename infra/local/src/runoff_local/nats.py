"""A nats-server of our own: loopback only, behind a generated password, every ack on disk."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from runoff_local import binaries
from runoff_local.errors import StoreInUse
from runoff_local.folder import private_folder, secret, write_private
from runoff_local.ports import HOST
from runoff_local.probes import answers_200, nats_server_name
from runoff_local.process import Launch

_USER = "runoff"
_CONFIGURATION = """\
server_name: "{name}"
listen: "{host}:{port}"
http: "{host}:{monitor_port}"
max_payload: 4MB
write_deadline: "10s"
authorization {{ users = [ {{ user: "{user}", password: "{password}" }} ] }}
jetstream {{ store_dir: {store}, sync_interval: always, max_mem: 1GB, max_file: 40GB }}
"""


class EmbeddedNats:
    """One server over the JetStream store in `home`; says how to run it and guards the store.

    The lock on the store passes on to the server process. So the store stays locked for as long
    as either of the two lives, and a second server can never open it: nats-server itself takes
    no lock, and two servers on one store lose acknowledged events.
    """

    def __init__(self, home: Path, *, port: int, monitor_port: int) -> None:
        self._home = home.absolute()
        self.port, self.monitor_port = port, monitor_port
        self._lock_fd: int | None = None
        self._password = ""

    def open(self) -> Self:
        """Make folder, password and configuration, and lock the store.

        Raises:
            StoreInUse: Another server, or its supervisor, still has this store.
        """
        private_folder(self._home)
        self._password = secret(self._home / "password")
        private_folder(self.store)
        lock_fd = os.open(self.store, os.O_RDONLY)
        try:
            fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock_fd)
            raise StoreInUse(self.store) from error
        self._lock_fd = lock_fd
        write_private(
            self._configuration,
            _CONFIGURATION.format(
                name=self._name,
                host=HOST,
                port=self.port,
                monitor_port=self.monitor_port,
                user=_USER,
                password=self._password,
                store=json.dumps(str(self.store), ensure_ascii=False),  # the same escapes
            ),
        )
        return self

    def close(self) -> None:
        """Give the store free; a server that still runs keeps it locked."""
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def store(self) -> Path:
        """The JetStream store; whoever else opens it has to hold its flock."""
        return self._home / "store"

    @property
    def url(self) -> str:
        """Address with user and password."""
        return f"nats://{_USER}:{self._password}@{HOST}:{self.port}"

    @property
    def monitor_url(self) -> str:
        """Address of the HTTP monitoring pages (`/healthz`, `/jsz`, `/varz`)."""
        return f"http://{HOST}:{self.monitor_port}"

    def launch(self, *, env: dict[str, str] | None = None) -> Launch:
        """How to run it; call `open` first."""
        if self._lock_fd is None:
            raise StoreInUse(self.store)
        return Launch(
            name="nats-server",
            argv=(str(binaries.nats_server()), "-c", str(self._configuration)),
            env={"PATH": os.defpath, **(env or {})},
            is_ready=lambda _pid: self._is_ready(),
            address=f"nats://{HOST}:{self.port}",
            stop_within_s=15.0,
            stop_rank=2,
            cwd=Path("/"),
            inherited_fds=(self._lock_fd,),
        )

    @property
    def _configuration(self) -> Path:
        return self._home / "nats.conf"

    @property
    def _name(self) -> str:
        """Tells this server from a stranger that got hold of its port."""
        return f"runoff-{hashlib.sha256(self._password.encode()).hexdigest()[:12]}"

    def _is_ready(self) -> bool:
        return nats_server_name(self.port) == self._name and answers_200(
            self.monitor_port, "/healthz?js-enabled-only=true"
        )
