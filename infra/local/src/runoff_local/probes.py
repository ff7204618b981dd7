"""How to see from outside that a server answers."""

from __future__ import annotations

import http.client
import json
import socket

from runoff_local.ports import HOST

_TIMEOUT_S = 1.0


def answers_200(port: int, path: str) -> bool:
    """GET on the loopback port gives status 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def nats_server_name(port: int) -> str | None:
    """What a NATS server calls itself in its greeting, which it sends before any login."""
    try:
        with socket.create_connection((HOST, port), timeout=_TIMEOUT_S) as connection:
            greeting = connection.makefile("rb").readline()
        return str(json.loads(greeting.removeprefix(b"INFO "))["server_name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # nobody there, or somebody who is no NATS server
