"""Ports that are chosen before anything starts, and kept.

A server that comes back after a crash has to come back on its address. So ports lie below the
range from which systems hand out ports by themselves, and a stack reserves its own for as long
as it is up: nobody takes them in the meantime, nor does a stack that starts at the same moment.
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
    reservation = _reserve(port)
    if reservation is None:
        return False
    reservation.close()
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
    """The ports of one data folder by name, the same at the next start unless taken since.

    They are reserved until `close`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._reservations: list[socket.socket] = []
        self._taken: dict[str, int] = {}
        self._before: dict[str, int] = {}
        with contextlib.suppress(OSError, ValueError):
            self._before = {name: int(port) for name, port in json.loads(file.read_text()).items()}

    def port(self, name: str, *, preferred: int | None = None) -> int:
        """A port for this name: the preferred one, else the one it had, else any, all if free."""
        for candidate in (preferred, self._before.get(name)):
            if candidate is not None and self._take(name, candidate):
                return candidate
        others = frozenset(self._before.values())
        while not self._take(name, port := free_port(but_not=others)):
            continue
        return port

    def exactly(self, name: str, port: int) -> int:
        """The very port that was asked for.

        Raises:
            PortTaken: Somebody listens there.
        """
        if not self._take(name, port):
            raise PortTaken(port)
        return port

    def close(self) -> None:
        """Give up the reservations."""
        for reservation in self._reservations:
            reservation.close()
        self._reservations.clear()

    def _take(self, name: str, port: int) -> bool:
        if not is_free(port):
            return False
        reservation = _reserve(port)
        if reservation is None:
            return False
        self._reservations.append(reservation)
        self._taken[name] = port
        self._file.write_text(json.dumps({**self._before, **self._taken}, indent=2))
        return True


def _reserve(port: int) -> socket.socket | None:
    """Hold the UDP port of the same number, which nothing of ours listens on.

    Of all the processes of a machine one alone gets it, it needs no file, and it comes free
    with the process, however that ends.
    """
    reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        reservation.bind((HOST, port))
    except OSError:
        reservation.close()
        return None
    return reservation
