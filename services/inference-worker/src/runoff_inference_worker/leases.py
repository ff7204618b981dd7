"""The work items that a worker holds: kept alive, made known, acknowledged, handed back."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from runoff_contracts import subjects
from runoff_contracts.work import WorkerBeat, WorkerLease, WorkItem

EXTEND_S = 3.0
"""The queue hands an item to another worker after 10 s of silence."""
BEAT_S = 1.0
_TELL_S = 0.02
_MOST_ITEMS = 512
_LEAST_ITEMS = 2
_QUICK_ITEMS = 8
_AHEAD_S = 0.1

logger = structlog.get_logger(__name__)


@dataclass
class Held:
    """One work item in hand."""

    item: WorkItem
    reply: str
    """Where it is acknowledged."""
    n_delivered: int
    n_reconnects: int
    """Of the connection when it was delivered: after a reconnect the queue may be another one,
    where the same reply subject means another item. So it is acknowledged no more; when it
    comes again, the log has it."""
    headers: dict[str, str]
    rank: int
    n_useful: int = 0
    """Entries that its run makes use of at once; 0 until the run is open."""
    canceling: asyncio.Timeout | None = field(default=None)
    """Ends the answering of this item when its run is canceled."""

    @property
    def key(self) -> tuple[str, int]:
        """What is in hand once, however often it is delivered."""
        return self.item.run_id, self.item.slice


def in_vain(what: str, n_tries: int) -> str:
    """What is said of that which ends every worker that touches it."""
    return f"the {what} was handed out {n_tries} times in vain: a model may end its worker"


class Leases:
    """What this worker holds, over one connection."""

    def __init__(self, nc: Client, *, worker: str) -> None:
        self._nc, self._worker = nc, worker
        self._held: dict[tuple[str, int], Held] = {}
        self._changed = asyncio.Event()
        self._n_taken = 0
        self.n_entries_done = 0
        self._slice_s: float | None = None

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Held]:
        return iter(list(self._held.values()))

    @property
    def n_wanted(self) -> int:
        """Items to ask for: one when idle, else as many as keep all slots busy.

        That is twice what a run can ask its models at once, and so many items that they last
        longer than asking for more takes.
        """
        n_held = len(self._held)
        if n_held == 0:
            return 1
        n_entries = sum(held.item.n for held in self._held.values())
        n_useful = 2 * max(held.n_useful for held in self._held.values())
        n_lacking = (n_useful - n_entries) * n_held // n_entries
        n_least = _LEAST_ITEMS
        if self._slice_s is not None:
            n_least = min(max(int(_AHEAD_S / max(self._slice_s, 1e-6)), n_least), _QUICK_ITEMS)
        return max(min(n_lacking, _MOST_ITEMS - n_held), n_least - n_held, 0)

    def answered(self, n_entries: int, *, elapsed_s: float) -> None:
        """Count what was appended, and learn how long a slice takes."""
        self.n_entries_done += n_entries
        before_s = elapsed_s if self._slice_s is None else self._slice_s
        self._slice_s = before_s + 0.25 * (elapsed_s - before_s)

    def take(self, msg: Msg, item: WorkItem) -> Held | None:
        """Hold an item; None where it is in hand already and was delivered once more."""
        n_reconnects = self._nc.stats["reconnects"]
        held = self._held.get((item.run_id, item.slice))
        self._changed.set()
        if held is not None:
            held.reply, held.n_reconnects = msg.reply, n_reconnects
            return None
        self._n_taken += 1
        held = Held(
            item,
            msg.reply,
            n_delivered=msg.metadata.num_delivered,
            n_reconnects=n_reconnects,
            headers=dict(msg.headers or {}),
            rank=self._n_taken,
        )
        self._held[held.key] = held
        return held

    async def done(self, held: Held) -> None:
        """Acknowledge: the log has it, or nobody wants it."""
        await self._say(held, b"+ACK")
        self._let_go(held)

    async def back(self, held: Held, *, delay_s: float = 0.0) -> None:
        """Hand it back, to be delivered again after the delay."""
        order = b"-NAK" if not delay_s else b'-NAK {"delay": %d}' % int(delay_s * 1e9)
        await self._say(held, order)
        self._let_go(held)

    async def keep(self) -> None:
        """Extend every lease, for ever."""
        while True:
            await asyncio.sleep(EXTEND_S)
            for held in self:
                await self._say(held, b"+WPI")

    async def tell(self) -> None:
        """Publish what is held when it has changed, for ever; changes in a moment go together."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            replies = [held.reply for held in self if self._is_valid(held)]
            lease = WorkerLease(worker=self._worker, pid=os.getpid(), replies=replies)
            await self._nc.publish(
                subjects.worker_lease(self._worker), lease.model_dump_json().encode()
            )
            await asyncio.sleep(_TELL_S)

    async def beat(self) -> None:
        """Give a sign of life each second, for ever."""
        while True:
            beat = WorkerBeat(
                worker=self._worker,
                pid=os.getpid(),
                sent_at=datetime.now(UTC),
                n_items=len(self._held),
                n_entries_done=self.n_entries_done,
            )
            await self._nc.publish(
                subjects.worker_beat(self._worker), beat.model_dump_json().encode()
            )
            await asyncio.sleep(BEAT_S)

    def _is_valid(self, held: Held) -> bool:
        return self._nc.is_connected and held.n_reconnects == self._nc.stats["reconnects"]

    async def _say(self, held: Held, what: bytes) -> None:
        if self._is_valid(held):
            await self._nc.publish(held.reply, what)

    def _let_go(self, held: Held) -> None:
        self._held.pop(held.key, None)
        self._changed.set()
