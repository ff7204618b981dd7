"""The data folder: what lies where, who may read it, and whose it is at the moment."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from runoff_local.errors import AlreadyRunning, FolderNotOurs
from runoff_local.info import StackInfo
from runoff_local.process import is_alive

_LOCK_POLL_S = 0.05


class StackFolder:
    """Layout and lock of one data folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "logs"
        self.objects = self.path / "objects"
        self.nats = self.path / "nats"
        self.postgres = self.path / "postgres"
        self.info_file = self.path / "stack.json"
        self.ports_file = self.path / "ports.json"
        self._lock_file = self.path / "stack.lock"

    def create(self) -> None:
        """Make what is missing.

        Raises:
            FolderNotOurs: It is there and belongs to another user.
        """
        try:
            if not self.path.exists():
                self.path.mkdir(parents=True)
                # Passable, since root's PostgreSQL runs as another user; what is in it is not.
                self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for folder in (self.logs, self.objects, self.nats):
                private_folder(folder)
            self._lock_file.touch(mode=0o600)
        except PermissionError as error:
            raise FolderNotOurs(self.path) from error

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.logs / f"{name}.log"

    @contextlib.contextmanager
    def locked(self, *, wait_s: float) -> Iterator[int]:
        """Hold the folder; yields the file descriptor to pass on to the guardian.

        A stack whose supervisor was killed is still being ended by its guardian, which holds the
        lock meanwhile: that is worth waiting for. A supervisor that is alive is not.

        Raises:
            AlreadyRunning: A live stack has it, or it did not come free in `wait_s`.
        """
        deadline = time.monotonic() + wait_s
        fd = os.open(self._lock_file, os.O_RDWR)
        try:
            while not _try_lock(fd, fcntl.LOCK_EX):
                info = self.read_info()
                if info is not None and is_alive(info.pid):
                    raise AlreadyRunning(self.path, pid=info.pid, api_url=info.api_url)
                if time.monotonic() > deadline:
                    raise AlreadyRunning(self.path, pid=None, api_url=None)
                time.sleep(_LOCK_POLL_S)
            yield fd
        finally:
            os.close(fd)

    def is_locked(self) -> bool:
        """Somebody holds the folder right now."""
        try:
            fd = os.open(self._lock_file, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            return not _try_lock(fd, fcntl.LOCK_SH)
        finally:
            os.close(fd)

    def read_info(self) -> StackInfo | None:
        """What the stack that has, or last had, the folder wrote about itself.

        Raises:
            FolderNotOurs: Another user's stack wrote it.
        """
        try:
            return StackInfo.from_json(self.info_file.read_text())
        except PermissionError as error:
            raise FolderNotOurs(self.path) from error
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write_info(self, info: StackInfo) -> None:
        """Replace it in one step; it holds passwords, so nobody else may read it."""
        write_private(self.info_file, info.to_json())


def private_folder(folder: Path) -> None:
    """Make a folder that its owner alone can enter."""
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone can read; a reader sees the old text or the new one."""
    fd, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
    with os.fdopen(fd, "w") as stream:
        stream.write(text)
    Path(name).replace(file)


def secret(file: Path) -> str:
    """The password kept in this file, made at the first call."""
    if not file.exists():
        write_private(file, secrets.token_hex(16))
    return file.read_text().strip()


def _try_lock(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
