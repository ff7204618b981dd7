"""The batch reader: every message of a durable consumer, in order, none dropped.

FastStream 0.7.8 loses messages when it collects batches, and nats-py's `fetch` pays a timer a
message. This reader asks for two batches ahead and hands over what is there. Whenever
deliveries may have been lost (no heartbeat, a gap, a new connection) it resets the consumer and
goes on under a new inbox, so that nothing late comes through.

A reset moves the server's acknowledgement floor, so it goes back to what was acknowledged: what
was handed over and not yet dealt with must come again after a crash. Copies of what was handed
over already are left out here.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error
from nats.js.api import AckPolicy
from nats.js.errors import APIError, NotFoundError

from runoff_contracts.subjects import LOG_STREAM
from runoff_eventlog.canceling import heeding
from runoff_eventlog.errors import EventLogError, LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message

_HEARTBEAT_S = 1.0
_EXPIRES_S = 30.0
_PULL_BYTES = 8 * 1024 * 1024
_AGAIN_S = 0.25

logger = structlog.get_logger(__name__)


class ConsumerGone(EventLogError):
    """The durable consumer was deleted: run the bootstrap, then start this service again."""

    def __init__(self, durable: str) -> None:
        super().__init__(f"consumer {durable} is gone")


class LogReader:
    """Reads a durable consumer of the log; `async with`, then iterate over `batches`."""

    def __init__(
        self,
        log: EventLog,
        durable: str,
        *,
        after_seq: int | None = None,
        batch: int = 256,
        linger_s: float = 0.0,
        linger_types: Collection[str] | None = None,
        n_behind: int | None = None,
    ) -> None:
        """Prepare to read; nothing is asked for yet.

        Args:
            after_seq: Go on behind this sequence; none goes on behind the last acknowledged one.
            batch: At most so many messages at once.
            linger_s: Wait at most so long for more when a batch is small: readers that pay a fixed
                price for each batch (a commit) gain from it.
            linger_types: Only while every message is of such a type, since somebody may wait for
                the others; none means all types.
            n_behind: Messages that stand behind `after_seq`, where the consumer was just made
                there and takes no acknowledgements; none where it was there before.
        """
        self._log, self._durable = log, durable
        self._batch, self._linger_s, self._linger_types = batch, linger_s, linger_types
        # Sequences: the last handed over (none: ask the server), and the last acknowledged.
        self._handed, self._acked = after_seq, after_seq or 0
        self.n_behind = n_behind
        self._acks = n_behind is None
        self._handed_before_reset = 0
        self._copies: dict[int, str] = {}
        self._place = 0
        self._asked = 0
        self._queue: asyncio.Queue[Msg] = asyncio.Queue()
        self._subscription: Subscription | None = None
        self._n_reconnects = log.nc.stats["reconnects"]

    async def __aenter__(self) -> Self:
        if self.n_behind is None:
            await self._restart()
        else:
            await self._listen()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._unsubscribe()

    async def batches(self) -> AsyncIterator[list[Message]]:
        """Lists of messages in order of the log, for ever.

        Raises:
            ConsumerGone: When the consumer does not exist.
            LogUnavailable: When the connection was closed for good.
        """
        while True:
            batch = await self._next_batch()
            if batch:
                yield batch

    async def ack(self, message: Message) -> None:
        """Say that this message and all before it are dealt with."""
        self._acked = max(self._acked, message.seq)
        # A reset starts the consumer's count of deliveries anew: an acknowledgement from before
        # it would be taken for one far ahead, and the server would ignore those in between.
        if self._acks and message.seq > self._handed_before_reset:
            await self._log.nc.publish(message.reply, b"+ACK")
        await self._ack_copies()

    async def _ack_copies(self) -> None:
        """Acknowledge what came again after it had been dealt with."""
        done = [seq for seq in self._copies if seq <= self._acked]
        if done and self._acks:
            await self._log.nc.publish(self._copies[max(done)], b"+ACK")
        for seq in done:
            del self._copies[seq]

    async def _next_batch(self) -> list[Message]:
        if self._log.nc.stats["reconnects"] != self._n_reconnects:
            await self._restart()
        try:
            await self._ask()
            await self._ack_copies()
            async with asyncio.timeout(_HEARTBEAT_S * 2.5):
                first = await self._queue.get()
        except (TimeoutError, Error, OSError):
            await self._restart()
            return []
        found: list[Message] = []
        whole = self._take(first, found) and self._drain(found) and await self._linger(found)
        if not whole:
            await self._restart()
        return found

    async def _linger(self, found: list[Message]) -> bool:
        """Wait for more, for as long as nobody waits for what is there; as `_drain`."""
        if not self._is_worth_lingering(found):
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(self._linger_s):
                while self._is_worth_lingering(found):
                    if not self._take(await self._queue.get(), found):
                        return False
        return self._drain(found)

    def _is_worth_lingering(self, found: list[Message]) -> bool:
        if self._linger_s == 0 or not 0 < len(found) < self._batch // 4:
            return False
        types = self._linger_types
        return types is None or all(each.headers.get("ce-type") in types for each in found)

    def _drain(self, found: list[Message]) -> bool:
        while len(found) < self._batch and not self._queue.empty():
            if not self._take(self._queue.get_nowait(), found):
                return False
        return True

    def _take(self, msg: Msg, found: list[Message]) -> bool:
        """Put a message in `found`; False where deliveries before it are missing."""
        if not msg.reply:
            return self._note_status(msg.headers or {})
        # The count of deliveries starts at 1 with each reset, so that even the first shows a gap.
        place = int(msg.reply.split(".")[-3])
        if place != self._place + 1:
            return False
        self._place = place
        self._asked -= 1
        message = Message.delivered(msg)
        if message.seq <= (self._handed or 0):
            self._copies[message.seq] = message.reply
        else:
            self._handed = message.seq
            found.append(message)
        return True

    def _note_status(self, headers: Mapping[str, str]) -> bool:
        """Note what became of a request; False where only a fresh start helps."""
        if headers.get("Status") == "100":
            return int(headers.get("Nats-Last-Consumer", self._place)) == self._place
        left = headers.get("Nats-Pending-Messages")
        if left is None:  # consumer deleted, no leader, nobody there: it would be so again
            return False
        self._asked = max(self._asked - int(left), 0)
        return True

    async def _ask(self) -> None:
        if self._asked <= self._batch and self._subscription is not None:
            # One request where two would do, since each has its heartbeats.
            n_wanted = 2 * self._batch - self._asked
            ask = {
                "batch": n_wanted,
                "max_bytes": _PULL_BYTES,
                "expires": int(_EXPIRES_S * 1e9),
                "idle_heartbeat": int(_HEARTBEAT_S * 1e9),
            }
            await self._log.nc.publish(
                f"$JS.API.CONSUMER.MSG.NEXT.{LOG_STREAM}.{self._durable}",
                json.dumps(ask).encode(),
                reply=self._subscription.subject,
            )
            self._asked += n_wanted

    async def _restart(self) -> None:
        """Go on behind the last message dealt with, deaf to what was asked before."""
        while True:
            self._n_reconnects = self._log.nc.stats["reconnects"]
            try:
                await self._reset()
            except NotFoundError as error:
                raise ConsumerGone(self._durable) from error
            except (TimeoutError, APIError, Error, OSError) as error:
                if self._log.nc.is_closed:
                    raise LogUnavailable("the connection is closed") from error
                # A server that has just started says 503 until its streams are recovered.
                logger.warning("log.unreachable", durable=self._durable, error=repr(error))
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    async def _reset(self) -> None:
        await self._unsubscribe()
        # Asked first, since the server leaves a reset of a consumer that it lacks unanswered.
        found = await heeding(self._log.js.consumer_info(LOG_STREAM, self._durable))
        if self._handed is None:
            self._handed = self._acked = found.ack_floor.stream_seq if found.ack_floor else 0
        self._acks = found.config.ack_policy != AckPolicy.NONE
        self._handed_before_reset = self._handed
        after_seq = self._acked if self._acks else self._handed
        reset = self._log.js.reset_consumer(LOG_STREAM, self._durable, seq=after_seq + 1)
        await heeding(reset)
        await self._listen()

    async def _listen(self) -> None:
        self._queue, self._place, self._asked = asyncio.Queue(), 0, 0
        self._copies.clear()
        self._subscription = await self._log.nc.subscribe(
            self._log.nc.new_inbox(), cb=self._queue.put
        )

    async def _unsubscribe(self) -> None:
        if self._subscription is not None and not self._log.nc.is_closed:
            subscription, self._subscription = self._subscription, None
            await subscription.unsubscribe()
