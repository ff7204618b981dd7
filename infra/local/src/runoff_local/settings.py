"""What a stack is started with."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from runoff_local.restarts import RestartPolicy
from runoff_local.services import RUNOFF, ServiceTable


def _from_environment(name: str) -> Callable[[], str | None]:
    return lambda: os.environ.get(name) or None


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """How to start a stack; everything has a default."""

    folder: Path = Path(".runoff")
    """Where all data lie; made when missing."""
    port: int | None = None
    """Of the HTTP API. None: 8700, or a free one when that is taken."""
    workers: int = 1
    with_parent: bool = False
    """Stop when standard input closes, as it does when the process at its other end is killed."""
    accept_log: bool = False
    """Go on with a log that is not the one the read models were made from."""
    nats_url: str | None = field(default_factory=_from_environment("RUNOFF_NATS_URL"))
    """A NATS server to use instead of an own one."""
    postgres_dsn: str | None = field(default_factory=_from_environment("RUNOFF_POSTGRES_DSN"))
    """A PostgreSQL to use instead of an own one."""
    services: ServiceTable = RUNOFF
    restarts: RestartPolicy = field(default_factory=RestartPolicy)
