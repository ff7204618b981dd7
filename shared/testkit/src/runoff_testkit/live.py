"""The whole local stack as a test or a bench starts it: real processes in a folder of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from runoff_local.info import StackInfo
from runoff_local.stack import find
from runoff_testkit.waiting import wait_until

_READY_S = 60.0
_STOP_S = 30.0


class LiveStack:
    """A stack that is up."""

    def __init__(self, folder: Path, process: subprocess.Popen[str], api_url: str) -> None:
        self.folder, self.api_url = folder, api_url
        self._process = process
        self.http = httpx.Client(base_url=api_url, timeout=60)

    @property
    def info(self) -> StackInfo:
        """Addresses (with passwords) and processes as they are now."""
        info = find(self.folder)
        assert info is not None, "the stack is down"
        return info

    def kill9(self, name: str) -> None:
        """Kill a process of the stack as a crash would; the supervisor starts it again."""
        process = self.info.process(name)
        assert process is not None, f"{name} is not up"
        os.kill(process.pid, signal.SIGKILL)

    def wait_restarted(self, name: str, *, old_pid: int) -> None:
        """Wait until a killed process runs again under another pid."""

        def restarted() -> bool:
            process = self.info.process(name)
            return process is not None and process.pid != old_pid

        wait_until(restarted, deadline_s=_READY_S)

    def stop(self) -> None:
        """Stop the clean way."""
        self.http.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(_STOP_S)


@contextmanager
def live_stack(
    folder: Path, *, workers: int = 1, env: Mapping[str, str] | None = None
) -> Iterator[LiveStack]:
    """Start a stack, give it, stop it; when this process dies it stops by itself."""
    process = subprocess.Popen(
        [
            sys.executable,
            *("-m", "runoff_local", "--with-parent", "--json", "--folder", str(folder)),
            *("--port", str(_free_port()), "--workers", str(workers)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **(env or {})},
        start_new_session=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"the stack did not start: see {folder}/logs"
    stack = LiveStack(folder, process, json.loads(line)["api_url"])
    try:
        yield stack
    finally:
        if process.poll() is None:
            stack.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
