"""A stack of dummies in a process of its own, and what tests ask of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types

from runoff_local.info import StackInfo
from runoff_local.process import is_alive
from runoff_local.stack import find
from runoff_local.unprivileged import remove_away
from runoff_testkit.waiting import wait_until

RUNNER = str(Path(__file__).with_name("run_stack.py"))
_READY_WITHIN_S = 60


class StackProcess:
    """`run_stack.py` with these options; Any since they are JSON."""

    def __init__(
        self,
        folder: Path,
        *,
        python: str = sys.executable,
        env: dict[str, str] | None = None,
        user: int | None = None,
        **options: Any,
    ) -> None:
        self.folder = folder
        self._seen: list[psutil.Process] = []
        self.process = subprocess.Popen(
            [python, RUNNER, json.dumps({"folder": str(folder), **options})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**_environment(), **(env or {})},
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd="/" if user is not None else None,
        )

    def ready(self) -> StackInfo:
        """Wait until it says so; the processes of this moment have to be gone in the end."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.output()
        self.look()
        return self.info

    def look(self) -> None:
        """Remember which processes belong to it now, those of the servers included."""
        self._seen += psutil.Process(self.process.pid).children(recursive=True)

    @property
    def info(self) -> StackInfo:
        info = find(self.folder)
        assert info, "no stack is up"
        return info

    def pid(self, name: str) -> int:
        """Of the process of this name, once it is up."""
        found = wait_until(lambda: self.info.process(name), what=f"{name} up")
        assert found
        return found.pid

    def restarted(self, name: str, *, old_pid: int) -> int:
        """Wait for the next life of a process."""

        def other() -> int | None:
            process = self.info.process(name)
            return process.pid if process and process.pid != old_pid else None

        pid = wait_until(other, what=f"{name} started again")
        assert pid
        return pid

    def count_started_by_services(self, program: str) -> int:
        """Processes of this program that carry the stack's folder in their environment."""
        n_found = 0
        for process in psutil.process_iter(["name", "environ"]):
            env = process.info["environ"] or {}
            ours = env.get("RUNOFF_OBJECT_STORE", "").startswith(str(self.folder))
            n_found += ours and process.info["name"] == program and is_alive(process.pid)
        return n_found

    def guardian_pid(self) -> int:
        def found() -> list[int]:
            children = psutil.Process(self.process.pid).children()
            return [child.pid for child in children if is_guardian(child)]

        def is_guardian(process: psutil.Process) -> bool:
            try:
                return "runoff_local.guardian" in process.cmdline()
            except psutil.NoSuchProcess:  # killed by the test a moment ago
                return False

        return wait_until(found, what="a guardian")[0]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop and wait; its exit code."""
        self.look()
        self.process.send_signal(number)
        return self.ended()

    def kill9(self) -> None:
        self.look()
        self.process.kill()
        self.process.wait()

    def ended(self) -> int:
        """Wait for its end; its exit code."""
        return self.process.wait(_READY_WITHIN_S)

    def output(self) -> str:
        """All that it said on standard error; it has ended or is ended."""
        if self.process.poll() is None:
            self.process.terminate()
        assert self.process.stderr
        return self.process.stderr.read()

    def leaves_nothing(self) -> bool:
        """Wait until none of the processes seen is alive any more."""

        def left() -> list[str]:
            return [str(p) for p in self._seen if p.is_running() and is_alive(p.pid)]

        wait_until(lambda: not left(), deadline_s=20, what=f"end of {left()}")
        return True

    def clean_up(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        remove_away(self.folder / "postgres")
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("RUNOFF_")}
