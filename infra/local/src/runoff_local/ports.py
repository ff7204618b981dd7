"""Ports that are chosen before anything starts, and kept.

A server that comes back after a crash has to come back on its address. So ports lie below the
range from which systems hand out ports by themselves: nobody takes them in the meantime.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
from pathlib import Path

from runoff_local.errors import PortTaken

HOST = "127.0.0.1"
_RANGE = range(20_000, 30_000)


def is_free(port: int) -> bool:
    """Nobody listens on this loopback port and it can be bound."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        if probe.connect_ex((HOST, port)) == 0:  # macOS can bind beside a wildcard listener
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(*, but_not: frozenset[int] = frozenset()) -> int:
    """A free loopback port outside the range of ports that systems hand out."""
    while True:
        port = secrets.choice(_RANGE)
        if port not in but_not and is_free(port):
            return port


class PortBook:
    """The ports of one data folder by name, the same at the next start unless taken since."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._taken: dict[str, int] = {}
        self._before: dict[str, int] = {}
        with contextlib.suppress(OSError, ValueError):
            self._before = {name: int(port) for name, port in json.loads(file.read_text()).items()}

    def port(self, name: str, *, preferred: int | None = None) -> int:
        """A port for this name: the preferred one, else the one it had, else any, all if free."""
        in_use = frozenset(self._taken.values())
        for candidate in (preferred, self._before.get(name)):
            if candidate is not None and candidate not in in_use and is_free(candidate):
                return self._keep(name, candidate)
        return self._keep(name, free_port(but_not=in_use | frozenset(self._before.values())))

    def exactly(self, name: str, port: int) -> int:
        """This very port.

        Raises:
            PortTaken: Somebody listens there.
        """
        if not is_free(port):
            raise PortTaken(port)
        return self._keep(name, port)

    def _keep(self, name: str, port: int) -> int:
        self._taken[name] = port
        self._file.write_text(json.dumps({**self._before, **self._taken}, indent=2))
        return port
