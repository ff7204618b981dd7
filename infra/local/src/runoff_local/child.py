"""One process without a supervisor, for blocking code such as tests and benches."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

from runoff_local.errors import ProcessDidNotStart
from runoff_local.guardian import Guardian
from runoff_local.process import Launch, kill_group, signal_one, spawn_blocking

_POLL_S = 0.002
_READY_WITHIN_S = 30.0


class Child:
    """Starts, stops and kills one process; may be started again, on the same address."""

    def __init__(self, launch: Launch, *, log: Path, guardian: Guardian | None = None) -> None:
        self.launch = launch
        self._log, self._guardian = log, guardian
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """None while it is down."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it and wait until it is ready; nothing when it is up.

        Raises:
            ProcessDidNotStart: It ended, or was not ready in half a minute.
        """
        if self._process is not None:
            return
        self.launch.prepare()
        self._process = spawn_blocking(self.launch, self._log)
        if self._guardian:
            self._guardian.watch(
                self._process.pid,
                stop_signal=self.launch.stop_signal,
                stop_rank=self.launch.stop_rank,
            )
        deadline = time.monotonic() + _READY_WITHIN_S
        while not self.launch.is_ready(self._process.pid):
            code = self._process.poll()
            if code is not None or time.monotonic() > deadline:
                self.kill9()
                reason = "not ready in time" if code is None else f"exit code {code}"
                raise ProcessDidNotStart(self.launch.name, reason=reason, log=self._log)
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """End it the clean way; killed when it does not end in its time."""
        if self._process is None:
            return
        signal_one(self._process.pid, self.launch.stop_signal)
        try:
            self._process.wait(self.launch.stop_within_s)
        except subprocess.TimeoutExpired:
            kill_group(self._process.pid)
        self._gone()

    def kill9(self) -> None:
        """End it as a crash would."""
        if self._process is None:
            return
        signal_one(self._process.pid, signal.SIGKILL)
        self._gone()

    def _gone(self) -> None:
        if self._process is None:
            return
        self._process.wait()
        if self._guardian:
            self._guardian.forget(self._process.pid)
        self._process = None
