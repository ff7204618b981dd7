"""Which workers are alive, by the sign of life that each gives every second."""

import asyncio
from collections.abc import Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from runoff_contracts.work import WorkerBeat

_ALIVE_S = 3.0


class Workers:
    """Counts workers that were heard of within three seconds."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        """`clock` counts seconds and never goes back."""
        self._clock = clock
        self._heard: dict[str, float] = {}

    @property
    def n_alive(self) -> int:
        """How many are alive now."""
        now = self._clock()
        self._heard = {name: at for name, at in self._heard.items() if now - at < _ALIVE_S}
        return len(self._heard)

    async def listen(self, nc: Client) -> None:
        """Hear every worker, for ever."""
        subscription = await nc.subscribe("runoff.worker.*.beat", cb=self._hear)
        try:
            await asyncio.Event().wait()
        finally:
            if not nc.is_closed:
                await subscription.unsubscribe()

    async def _hear(self, msg: Msg) -> None:
        try:
            beat = WorkerBeat.model_validate_json(msg.data)
        except ValidationError:
            return
        self._heard[beat.worker] = self._clock()
