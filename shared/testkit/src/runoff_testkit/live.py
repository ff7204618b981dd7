"""The whole local stack as a test or a bench starts it: real processes in a folder of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import httpx

from runoff_local.info import StackInfo
from runoff_local.stack import find
from runoff_testkit.servers import Server
from runoff_testkit.waiting import wait_until

_READY_S = 60.0
_STOP_S = 30.0
_ADDRESS = {"nats-server": "RUNOFF_NATS_URL", "postgres": "RUNOFF_POSTGRES_DSN"}


class LiveStack:
    """A stack that is up."""

    def __init__(
        self,
        folder: Path,
        process: subprocess.Popen[str],
        api_url: str,
        web_url: str | None,
        servers: Mapping[str, Server],
    ) -> None:
        self.folder, self.api_url, self.web_url = folder, api_url, web_url
        self._process, self._servers = process, servers
        self.http = httpx.Client(base_url=api_url, timeout=60, verify=False)  # plain HTTP

    @property
    def info(self) -> StackInfo:
        """Addresses (with passwords) and processes as they are now."""
        info = find(self.folder)
        assert info is not None, "the stack is down"
        return info

    def crash(self, name: str) -> None:
        """Kill a process with -9 and wait until it runs again: the supervisor starts it.

        A server that is not the supervisor's is started from here.
        """
        if server := self._servers.get(name):
            server.kill9()
            server.start()
            return
        killed = self.info.process(name)
        assert killed is not None, f"{name} is not up"
        os.kill(killed.pid, signal.SIGKILL)

        def restarted() -> bool:
            process = self.info.process(name)
            return process is not None and process.pid != killed.pid

        wait_until(restarted, deadline_s=_READY_S)

    def stop(self) -> None:
        """Stop the clean way: no process of it has to be killed."""
        self.http.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(_STOP_S)
        said = (self.folder / "logs" / "stack.log").read_text()
        assert "did not end in time" not in said, said


class StackMaker(Protocol):
    """Makes stacks on whichever servers the tests are run with."""

    def __call__(
        self,
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
        own_postgres: bool = False,
        pages: bool = False,
    ) -> AbstractContextManager[LiveStack]:
        """Start a stack in a folder of its own, and stop it at the end.

        Args:
            own_postgres: A server that may be killed, in place of a database on the shared one.
            pages: With the service of the pages, which most tests do not look at.
        """
        ...


@contextmanager
def live_stack(
    folder: Path,
    *,
    workers: int = 1,
    env: Mapping[str, str] | None = None,
    servers: Mapping[str, Server] | None = None,
    postgres_dsn: str | None = None,
    pages: bool = False,
) -> Iterator[LiveStack]:
    """Start a stack, give it, stop it; when this process dies it stops by itself.

    Args:
        servers: `nats-server` and `postgres` to use in place of the embedded ones.
        postgres_dsn: A database to use on a server that is nobody's to kill.
        pages: With the service of the pages.
    """
    servers = servers or {}
    addresses = {_ADDRESS[name]: server.url for name, server in servers.items()}
    if postgres_dsn:
        addresses[_ADDRESS["postgres"]] = postgres_dsn
    command = [sys.executable, "-m", "runoff_runtime.start", "runoff_local", "--with-parent"]
    options = ["--folder", str(folder), "--port", str(_free_port()), "--workers", str(workers)]
    with subprocess.Popen(
        [*command, "--json", *options, *([] if pages else ["--no-pages"])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **addresses, **(env or {})},
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the stack did not start: see {folder}/logs"
        said = json.loads(line)
        stack = LiveStack(folder, process, said["api_url"], said["web_url"], servers)
        try:
            yield stack
        finally:
            if process.poll() is None:
                stack.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
