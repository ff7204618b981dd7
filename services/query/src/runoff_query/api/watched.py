"""What scoring says of runs that go on: heard, not recorded, so a run may have none for a while."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from runoff_contracts.sequential import WatchedRun
from runoff_contracts.subjects import verdict
from runoff_contracts.views import RunView

_KEPT_RUNS = 1000
_EVERY_RUN = verdict("*")

Listener = Callable[[list[str]], None]


class WatchedRuns:
    """Remembers what was heard last of each run."""

    def __init__(self) -> None:
        self._heard: OrderedDict[str, WatchedRun] = OrderedDict()
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call this with each run that something was heard of."""
        self._listeners.append(listener)

    def shown(self, view: RunView) -> RunView:
        """The run with what may be said so far, while it goes on."""
        if view.status.settled:
            self._heard.pop(view.run_id, None)
            return view
        watched = view.decided or self._heard.get(view.run_id)
        return view if watched is None else view.model_copy(update={"watched": watched})

    def mark(self, run_id: str) -> str:
        """Names what was heard last of a run; nothing where nothing was."""
        heard = self._heard.get(run_id)
        if heard is None:
            return ""
        return hashlib.blake2b(heard.model_dump_json().encode(), digest_size=8).hexdigest()

    async def listen_to(self, nc: Client) -> None:
        """Hear scoring until canceled."""
        subscription = await nc.subscribe(_EVERY_RUN, cb=self._hear)
        try:
            await asyncio.Event().wait()
        finally:
            if not nc.is_closed:
                await subscription.unsubscribe()

    async def _hear(self, msg: Msg) -> None:
        try:
            watched = WatchedRun.model_validate_json(msg.data)
        except ValidationError:
            # Scoring of another release; a run without it is complete, too.
            return
        self._heard[watched.run_id] = watched
        self._heard.move_to_end(watched.run_id)
        if len(self._heard) > _KEPT_RUNS:
            self._heard.popitem(last=False)
        for listener in self._listeners:
            listener([watched.run_id])
