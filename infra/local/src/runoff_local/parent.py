"""Notices when the process that started this one is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable

_STDIN = 0


def when_stdin_closes(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Call in the loop once standard input ends, as a pipe does when its other end is killed.

    A thread, since the loop can watch pipes and terminals, but no files.
    """

    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(_STDIN, 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop may be closed already
            loop.call_soon_threadsafe(call)

    threading.Thread(target=wait, name="parent", daemon=True).start()
