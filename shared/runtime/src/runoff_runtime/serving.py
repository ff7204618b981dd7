"""The HTTP server of every process: uvicorn's, quiet while nobody asks, stopped by us."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn

_TICK_S = 1.0


class Server(uvicorn.Server):
    """Leaves signals to whoever runs it: uvicorn would raise them again after its stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def main_loop(self) -> None:
        """Turn once a second, for the date in the answers.

        uvicorn turns ten times, which was a twentieth of what a service at work spends.
        """
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK_S):
                    await self._stopping.wait()

    def stop(self) -> None:
        """Have `serve` close what is open and end."""
        self.should_exit = True
        self._stopping.set()
