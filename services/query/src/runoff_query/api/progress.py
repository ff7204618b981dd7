"""How far the read models are, and waiting until they have what the caller just did."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg

from runoff_contracts.subjects import PROJECTED
from runoff_query.api.problems import refuse
from runoff_query.database import Pool
from runoff_query.statements import statement

ARRIVE_S = 10.0
"""What something new may take to the tables: as a rule it is 50 ms."""
_LOOK_S = 1.0
"""A signal may be lost; then the database is asked."""
_N_EXPECTED = 1000
"""Addresses that are remembered while the projector is behind."""


@dataclass(frozen=True)
class Version:
    """What the tables hold: up to where of which log, and which tables they are."""

    log_id: str
    seq: int
    generation: int

    @property
    def etag(self) -> str:
        """Weak: the same version gives the same facts, not always the same bytes."""
        return f'W/"{self.log_id[:8]}-{self.seq}-{self.generation}"'


Listener = Callable[[list[str]], None]
"""Called with the runs that a commit was about."""


class Progress:
    """Hears the projector's signals; whoever waits for a sequence wakes by them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._log_id, self._seq = "", 0
        self._changed = asyncio.Event()
        self._listeners: list[Listener] = []
        self._expected: dict[str, int] = {}

    @property
    def seq(self) -> int:
        """The log goes up to here at least; what was heard last."""
        return self._seq

    def listen(self, listener: Listener) -> None:
        """Call this with the runs of each commit."""
        self._listeners.append(listener)

    async def follow(self, nc: Client) -> None:
        """Hear signals until canceled."""
        subscription = await nc.subscribe(PROJECTED, cb=self._hear)
        try:
            await asyncio.Event().wait()
        finally:
            if not nc.is_closed:
                await subscription.unsubscribe()

    async def version(self) -> Version:
        """What the tables hold now."""
        row = await self._pool.fetchrow(statement("read/version"))
        if row is None:
            raise LookupError("the statement answers one row always")
        version = Version(row["log_id"], row["seq"], row["generation"])
        self._note(version.log_id, version.seq)
        return version

    async def reach(self, seq: int, *, limit_s: float) -> None:
        """Wait until everything up to `seq` is in the read models.

        Raises:
            ProblemRaised: 504 when it is not within the limit.
        """
        deadline = time.monotonic() + limit_s
        if self._seq >= seq:
            return
        while (version := await self.version()).seq < seq:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise refuse(
                    "not-projected-yet",
                    "The read models do not have that yet",
                    504,
                    f"They are at sequence {version.seq}, {seq - version.seq} behind {seq}; "
                    f"ask again, or see /api/health/ready.",
                )
            await self._signal(seq, min(left_s, _LOOK_S))
            if self._seq >= seq:
                return

    def expect(self, address: str, seq: int) -> None:
        """Whoever goes to this address, or below it, waits until the tables have what was made."""
        self._expected = {each: of for each, of in self._expected.items() if of > self._seq}
        if len(self._expected) < _N_EXPECTED:
            self._expected[address] = seq

    async def arrived(self, path: str) -> None:
        """What was made here a moment ago is in the tables; of anything else nothing is known.

        Raises:
            ProblemRaised: 504 when it is not within `ARRIVE_S`.
        """
        for address, seq in list(self._expected.items()):
            if path == address or path.startswith((f"{address}/", f"{address}@")):
                await self.reach(seq, limit_s=ARRIVE_S)

    async def _signal(self, seq: int, limit_s: float) -> None:
        """Sleep until a signal says that `seq` is there, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self._seq < seq:
                    await self._changed.wait()

    async def _hear(self, msg: Msg) -> None:
        said = json.loads(msg.data)
        self._note(said["log_id"], said["seq"])
        for listener in self._listeners:
            listener(said["runs"])

    def _note(self, log_id: str, seq: int) -> None:
        if log_id != self._log_id:
            if self._log_id:
                self._expected = {}
            self._log_id, self._seq = log_id, seq
        self._seq = max(self._seq, seq)
        self._changed.set()
        self._changed = asyncio.Event()
