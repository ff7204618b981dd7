"""What an earlier stack left behind of which both supervisor and guardian were killed."""

from __future__ import annotations

import signal

from runoff_local.folder import StackFolder
from runoff_local.guardian import Watched, end_all

_STOP_RANKS = {"nats-server": 2, "postgres": 1}


def end_leftovers(folder: StackFolder) -> None:
    """End the processes that `stack.json` names and that still run; the folder must be locked."""
    info = folder.read_info()
    if info is None:
        return
    end_all(
        Watched(
            process.pid,
            process.created_at_s,
            stop_signal=signal.SIGINT if process.name == "postgres" else signal.SIGTERM,
            stop_rank=_STOP_RANKS.get(process.name, 0),
        )
        for process in info.processes
        if process.created_at_s is not None
    )
    folder.info_file.unlink(missing_ok=True)
