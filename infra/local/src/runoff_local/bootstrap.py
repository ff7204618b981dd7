"""The one-shot step before the services: it makes streams and tables, and looks at the log."""

from __future__ import annotations

import asyncio
from pathlib import Path

from runoff_local.errors import log_tail
from runoff_local.guardian import Guardian
from runoff_local.process import Launch, kill_group, spawn


async def run_once(launch: Launch, *, log: Path, guardian: Guardian) -> tuple[int, str]:
    """Run a process to its end: exit code and what it printed."""
    n_before = _n_bytes(log)
    process = await spawn(launch, log)
    guardian.watch(process.pid)
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        kill_group(process.pid)
        await process.wait()
        raise
    finally:
        guardian.forget(process.pid)
    return code, log_tail(log, n_bytes=_n_bytes(log) - n_before)


def _n_bytes(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0
