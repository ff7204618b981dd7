"""Keeps the logs of the processes from growing for ever."""

from __future__ import annotations

import shutil
from pathlib import Path

MAX_LOG_BYTES = 10_000_000


def trim(log: Path, *, max_bytes: int = MAX_LOG_BYTES) -> None:
    """Move a long log to `<name>.log.1` and go on from empty.

    The process keeps its file open, so its log is copied and cut, not renamed. That works since
    it was opened for appending; what is written between copy and cut is lost.
    """
    try:
        if log.stat().st_size <= max_bytes:
            return
    except FileNotFoundError:
        return
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    with log.open("r+b") as stream:
        stream.truncate(0)
