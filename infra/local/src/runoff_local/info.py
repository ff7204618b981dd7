"""What a running stack says about itself: `stack.json`, which others find it by."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class ProcessInfo:
    """One process that is up."""

    name: str
    pid: int
    address: str
    created_at_s: float | None
    """Start of the process by the system's clock; with the pid it names a process for good."""


@dataclass(frozen=True, kw_only=True)
class StackInfo:
    """A stack: where it listens and what it consists of. Addresses hold passwords."""

    folder: Path
    pid: int
    """Of the supervisor: SIGTERM to it stops the stack."""
    api_url: str
    web_url: str | None = None
    """Of the pages; None where there are none."""
    nats_url: str
    nats_monitor_url: str | None
    """None when the NATS server is not the stack's own."""
    postgres_dsn: str
    object_store: Path
    started_at: datetime
    ready: bool
    """Every process has answered that it is ready."""
    processes: tuple[ProcessInfo, ...] = field(default=())

    def process(self, name: str) -> ProcessInfo | None:
        """The process of this name, when it is up."""
        return next((process for process in self.processes if process.name == name), None)

    def to_json(self) -> str:
        """The text of `stack.json`."""
        return json.dumps(asdict(self), indent=2, default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read `to_json`; raises KeyError, TypeError or ValueError for anything else."""
        data = json.loads(text)
        return cls(
            folder=Path(data["folder"]),
            pid=data["pid"],
            api_url=data["api_url"],
            web_url=data.get("web_url"),
            nats_url=data["nats_url"],
            nats_monitor_url=data["nats_monitor_url"],
            postgres_dsn=data["postgres_dsn"],
            object_store=Path(data["object_store"]),
            started_at=datetime.fromisoformat(data["started_at"]),
            ready=data["ready"],
            processes=tuple(ProcessInfo(**process) for process in data["processes"]),
        )
