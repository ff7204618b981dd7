"""The door to the local stack (`runoff[local]`), which may or may not be installed.

It is imported when it is used: it brings a database and an event log with it, and most commands
speak to a server that runs already.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import IO

from runoff.errors import ExtraMissing, StackFailed

FOLDER = Path(".runoff")
STACK_FILE = "stack.json"
STOP_WITHIN_S = 30.0
LAST_WORDS = 2000

Say = Callable[[str], None]


@dataclass(frozen=True)
class StackAddress:
    """Where a stack of this machine answers."""

    api_url: str
    web_url: str | None
    """Of its pages; None where it has none."""


def find_stack(folder: Path = FOLDER) -> str | None:
    """The address of the stack that is up on a data folder; None where none is."""
    # The file is looked at first: to import the stack costs as much as a command.
    if not (folder / STACK_FILE).is_file():
        return None
    try:
        found = _local("stack").find(folder)
    except ExtraMissing:
        return None
    return found.api_url if found and found.ready else None


def run_stack(
    folder: Path,
    *,
    port: int | None,
    workers: int,
    accept_log: bool,
    on_ready: Callable[[StackAddress], None],
    on_step: Say,
) -> int:
    """Start the local stack and keep it up until Ctrl-C; returns its exit code.

    Args:
        on_ready: Called once with its addresses.
        on_step: Gets a line for a person at each step.

    Raises:
        ExtraMissing: When it is not installed.
        StackFailed: When it does not start.
    """
    stack, settings, errors = _local("stack"), _local("settings"), _local("errors")
    options = settings.StackOptions(
        folder=folder, port=port, workers=workers, accept_log=accept_log
    )
    try:
        ready = stack.run(
            options,
            on_ready=lambda info: on_ready(StackAddress(info.api_url, info.web_url)),
            on_step=on_step,
        )
    except errors.LocalStackError as error:
        raise StackFailed(str(error)) from error
    return int(ready)


@dataclass
class ChildStack:
    """A stack that is a child of this process, and ends with it."""

    process: subprocess.Popen[str]
    words: IO[str]
    """What it says of its steps; only read when it fails."""

    def wait_until_ready(self) -> StackAddress:
        """Where it answers.

        Raises:
            StackFailed: When it ended first, with its last words.
        """
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise self.ended()
        said = json.loads(line)
        return StackAddress(said["api_url"], said["web_url"])

    def ended(self) -> StackFailed:
        """What to raise when it is not up any more."""
        code = self.process.wait()
        self.words.seek(0)
        return StackFailed(f"The local stack ended with {code}.\n{self.words.read()[-LAST_WORDS:]}")

    def stop(self) -> None:
        """Let it stop cleanly: it does when its standard input closes."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            # Its guardian ends what it leaves behind.
            self.process.kill()
            self.process.wait()


@contextmanager
def child_stack(
    folder: Path = FOLDER, *, env: Mapping[str, str] | None = None
) -> Iterator[ChildStack]:
    """A stack on `folder` that starts at once and is stopped at the end.

    Args:
        env: Variables beside those of this process.

    Raises:
        ExtraMissing: When it is not installed.
    """
    _local("folder").StackFolder(folder).create()
    options = ["--with-parent", "--json", "--folder", str(folder)]
    command = [sys.executable, "-m", "runoff_runtime.start", "runoff_local", *options]
    # A session of its own: Ctrl-C reaches this process alone, which then stops the child.
    with (
        tempfile.TemporaryFile("w+") as words,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        ) as process,
    ):
        child = ChildStack(process, words)
        try:
            yield child
        finally:
            child.stop()


def _local(module: str) -> ModuleType:
    try:
        return importlib.import_module(f"runoff_local.{module}")
    except ModuleNotFoundError as error:
        raise ExtraMissing("The local stack", extra="local") from error
