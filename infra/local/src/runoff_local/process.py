"""What a process is to the stack: how it starts, when it is ready, how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypedDict

import psutil  # type: ignore[import-untyped]  # it ships no types, and this is its only import

from runoff_local.unprivileged import RunAs

MARK = "RUNOFF_STACK"
"""Environment variable by which a process tells which stack it belongs to."""


def _nothing() -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One process of the stack."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    is_ready: Callable[[int], bool]
    """Given the pid; may block for about a second; called until it is true."""
    address: str = ""
    """Where it listens, for people to read; holds no secret."""
    prepare: Callable[[], None] = _nothing
    """Called before every start, the ones after a crash included."""
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 10.0
    stop_rank: int = 0
    """When all have to end at once, lower ranks end first."""
    run_as: RunAs | None = None
    cwd: Path | None = None
    inherited_fds: tuple[int, ...] = ()


class _Arguments(TypedDict):
    """Both subprocess modules take these."""

    env: Mapping[str, str]
    cwd: Path | None
    stdin: int
    stdout: BinaryIO
    stderr: BinaryIO
    start_new_session: bool
    pass_fds: tuple[int, ...]
    user: int | None
    group: int | None
    extra_groups: list[int] | None


def _arguments(launch: Launch, log: BinaryIO) -> _Arguments:
    user = launch.run_as
    return _Arguments(
        env=launch.env,
        cwd=launch.cwd,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,  # Ctrl-C on the terminal reaches the supervisor alone
        pass_fds=launch.inherited_fds,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
    )


async def spawn(launch: Launch, log: Path) -> asyncio.subprocess.Process:
    """Start it; what it prints is added to the log.

    Raises:
        OSError: The program cannot be run.
    """
    with log.open("ab") as stream:
        return await asyncio.create_subprocess_exec(*launch.argv, **_arguments(launch, stream))


def spawn_blocking(launch: Launch, log: Path) -> subprocess.Popen[bytes]:
    """`spawn` for code without an event loop."""
    with log.open("ab") as stream:
        return subprocess.Popen(launch.argv, **_arguments(launch, stream))


def signal_one(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that is gone is no error."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_group(pid: int) -> None:
    """End a process started by `spawn` and everything that stayed in its session, at once."""
    # PermissionError is macOS for a group of which nothing but a zombie is left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """It runs; a zombie does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def created_at(pid: int) -> float | None:
    """When the process started, in seconds; with its pid that names a process for good."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def listens_on(pid: int, port: int) -> bool:
    """The process, or one that it started, listens on this TCP port."""
    try:
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            for connection in one.net_connections("tcp"):
                if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                    return True
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True  # a system that does not let us look: what answers is believed
    return False


def exists(pid: int) -> bool:
    """The number is in use, if only by a zombie."""
    return bool(psutil.pid_exists(pid))


def pids_in_folder(folder: Path, *, name: str) -> list[int]:
    """The processes of this name that have this as their working folder."""
    wanted = str(folder.resolve())
    return [
        process.pid
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == name and process.info["cwd"] == wanted
    ]


def pids_with_mark(mark: str) -> list[int]:
    """The processes that carry a stack's mark in their environment, or inherited it."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):  # it ended meanwhile, or is not ours
            if process.environ().get(MARK) == mark:
                found.append(process.pid)
    return found
