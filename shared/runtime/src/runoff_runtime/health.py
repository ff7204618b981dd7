"""`python -m runoff_runtime.health`: exit 0 when the service of this container is ready.

Containers run it every few seconds for as long as they live. Hence a bare socket and one variable:
reading it with the settings, and asking with http.client, took half a second of CPU each time.
"""

import os
import socket
import sys

_ANSWER_S = 3.0
_ASKED = b"GET /health/ready HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"


def ready(port: int) -> bool:
    """Whether the service that listens on this port says that it is ready."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_ANSWER_S) as connection:
            connection.sendall(_ASKED)
            return b" 200 " in connection.makefile("rb").readline(64)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if ready(int(os.environ["RUNOFF_PORT"])) else 1)
