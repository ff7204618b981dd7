"""A service of a few lines: answers /health/ready on RUNOFF_PORT, as the real ones do.

Run as a script by the stack under test, so it imports nothing but the standard library.
Flags: `--ignore-stop` (SIGTERM does nothing), `--leave-child` (starts a child of its own in its
session), `--die` (ends at once with code 7).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path


def main() -> None:
    if "--die" in sys.argv:
        sys.exit("this service cannot start\n")
    signal.signal(signal.SIGTERM, signal.SIG_IGN if "--ignore-stop" in sys.argv else stop)
    if "--leave-child" in sys.argv:
        subprocess.Popen(["sleep", "1000"])
    write_environment()
    with socket.create_server(("127.0.0.1", int(os.environ["RUNOFF_PORT"]))) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def stop(_number: int, _frame: object) -> None:
    """Note the order in which services are asked to stop."""
    with (Path(os.environ["RUNOFF_OBJECT_STORE"]) / "stopped").open("a") as stream:
        stream.write(f"{sys.argv[1]}\n")
    os._exit(0)


def write_environment() -> None:
    """For the test that asks what a service is told."""
    name = os.environ.get("RUNOFF_WORKER_NAME") or Path(sys.argv[1]).name
    told = {key: value for key, value in os.environ.items() if key.startswith("RUNOFF_")}
    target = Path(os.environ["RUNOFF_OBJECT_STORE"]) / f"{name}.json"
    target.write_text(json.dumps(told))


if __name__ == "__main__":
    main()
