"""Which workers are alive, by the sign of life that each gives every second."""

import asyncio
import time

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from runoff_contracts.subjects import worker_beat
from runoff_contracts.work import WorkerBeat

_ALIVE_S = 3.0
_EVERY_WORKER = worker_beat("x").replace(".x.", ".*.")


class Workers:
    """Remembers when each worker was heard of last."""

    def __init__(self) -> None:
        self._heard: dict[str, float] = {}

    def names(self) -> list[str]:
        """Those that were heard of within three seconds."""
        now = time.monotonic()
        self._heard = {name: at for name, at in self._heard.items() if now - at < _ALIVE_S}
        return sorted(self._heard)

    async def listen(self, nc: Client) -> None:
        """Hear workers until canceled."""
        subscription = await nc.subscribe(_EVERY_WORKER, cb=self._hear)
        try:
            await asyncio.Event().wait()
        finally:
            if not nc.is_closed:
                await subscription.unsubscribe()

    async def _hear(self, msg: Msg) -> None:
        try:
            self._heard[WorkerBeat.model_validate_json(msg.data).worker] = time.monotonic()
        except ValidationError:
            # A worker of another release; it is not ours to judge here.
            return
