"""An event loop whose clock jumps to the next timer, so that waits take no time and are exact."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class _Jumping(selectors.DefaultSelector):
    """Does not wait: the clock goes on instead."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> Any:  # as the selector has it
        self.now_s += timeout or 0.0
        return super().select(0)


class VirtualTime(asyncio.SelectorEventLoop):
    """For code that waits by the loop alone; threads would not be waited for."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s
