"""A second process that ends the stack's processes when the supervisor cannot.

The supervisor tells it, line by line through a pipe, which processes are up. The pipe closes
when the supervisor is gone, however it went; what is then still up is ended, the servers last.
It runs in a session of its own, so that Ctrl-C does not reach it, and holds the lock on the
data folder: the next start waits until all is clean.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final

from runoff_local.process import created_at, is_alive, kill_group, pids_with_mark, signal_one

_WITHIN_S: Final = 3.0
_POLL_S: Final = 0.02


@dataclass(frozen=True)
class Watched:
    """One process that must not outlive the stack."""

    pid: int
    created_at_s: float
    stop_signal: int = signal.SIGTERM
    stop_rank: int = 0
    """Lower ranks end first."""

    def is_up(self) -> bool:
        """Whether the very process lives, not another one that got its number."""
        started = created_at(self.pid)
        # The system's clock may be set meanwhile, which moves every start a little.
        return started is not None and abs(started - self.created_at_s) < 2 and is_alive(self.pid)


class Guardian:
    """The supervisor's end of the pipe."""

    def __init__(self, *, mark: str, log: Path, lock_fd: int | None = None) -> None:
        self._mark, self._log, self._lock_fd = mark, log, lock_fd
        self._watched: dict[int, Watched] = {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the guardian process; 0 when it is not up."""
        return self._process.pid if self._process else 0

    def ensure(self) -> None:
        """Start it, or start it anew when it was killed, and tell it all there is."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None and self._process.stdin:
            self._process.stdin.close()
        with self._log.open("ab") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, self._mark],
                stdin=subprocess.PIPE,
                stdout=stream,
                stderr=stream,
                bufsize=0,
                start_new_session=True,
                pass_fds=() if self._lock_fd is None else (self._lock_fd,),
            )
        for watched in self._watched.values():
            self._tell({"watch": asdict(watched)})

    def watch(
        self, pid: int, *, stop_signal: signal.Signals = signal.SIGTERM, stop_rank: int = 0
    ) -> None:
        """Tell of a process that is up now."""
        started = created_at(pid)
        if started is None:
            return
        self._watched[pid] = Watched(pid, started, stop_signal, stop_rank)
        self._tell({"watch": asdict(self._watched[pid])})

    def forget(self, pid: int) -> None:
        """Tell of one that is gone; its number may go to a stranger."""
        if self._watched.pop(pid, None):
            self._tell({"forget": pid})

    def close(self) -> None:
        """End it; whatever is still watched is ended by it first."""
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()
        self._process = None

    def _tell(self, message: dict[str, object]) -> None:
        if self._process is None or self._process.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError):  # `ensure` tells the next one
            self._process.stdin.write(json.dumps(message).encode() + b"\n")


def end_all(watched: Iterable[Watched], *, within_s: float = _WITHIN_S) -> None:
    """Ask each to stop, rank by rank, and kill what is still up after `within_s` a rank."""
    up = [process for process in watched if process.is_up()]
    for rank in sorted({process.stop_rank for process in up}):
        of_rank = [process for process in up if process.stop_rank == rank]
        for process in of_rank:
            signal_one(process.pid, signal.Signals(process.stop_signal))
        _wait_until_gone(of_rank, within_s)
        for process in of_rank:
            if process.is_up():
                kill_group(process.pid)
                signal_one(process.pid, signal.SIGKILL)
        _wait_until_gone(of_rank, within_s)


def kill_marked(mark: str) -> None:
    """Kill what carries the stack's mark in its environment.

    That is what the watched processes left behind, and a process that was started in the very
    moment in which the supervisor died, before it could tell.
    """
    for pid in pids_with_mark(mark):
        signal_one(pid, signal.SIGKILL)


def main(arguments: Sequence[str]) -> None:
    """Read the pipe until it closes, then end what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watched = _read_until_closed(sys.stdin.buffer)
    end_all(watched.values())
    kill_marked(arguments[0])


def _read_until_closed(pipe: BinaryIO) -> dict[int, Watched]:
    watched: dict[int, Watched] = {}
    for line in pipe:
        try:
            message = json.loads(line)
        except ValueError:
            continue  # the supervisor died while it wrote this line
        if "watch" in message:
            process = Watched(**message["watch"])
            watched[process.pid] = process
        else:
            watched.pop(message["forget"], None)
    return watched


def _wait_until_gone(processes: Sequence[Watched], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while any(process.is_up() for process in processes) and time.monotonic() < deadline:
        time.sleep(_POLL_S)


if __name__ == "__main__":
    main(sys.argv[1:])
