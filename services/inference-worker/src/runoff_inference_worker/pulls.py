"""Asks the work queue for items: by priority, at once where there are any, else by waiting.

FastStream's pull subscriber knows neither priorities nor how much this worker can take now, and
nats-py's `fetch` waits for a full batch; so these are plain pull requests.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error

from runoff_contracts.subjects import WORK_STREAM
from runoff_contracts.task import PRIORITIES, Priority

_ANSWER_S = 1.0
_STANDING_S = 5.0
_LOOK_S = 1.0
_TURNS = 8
_EXPIRED = "408"

Deliver = Callable[[Msg], None]


def order(turn: int) -> tuple[Priority, ...]:
    """Which class to ask first: the highest, but one turn in eight a lower one, so none starves."""
    if turn % _TURNS != _TURNS - 1:
        return PRIORITIES
    first = 1 + turn // _TURNS % (len(PRIORITIES) - 1)
    return (*PRIORITIES[first:], *PRIORITIES[:first])


class Pulls:
    """Pull requests to the consumers of the work queue; items go to `deliver` as they come."""

    def __init__(self, nc: Client, deliver: Deliver) -> None:
        self._nc, self._deliver = nc, deliver
        self._inbox = nc.new_inbox()
        self._subscriptions: list[Subscription] = []
        self._asked: _Request | None = None
        self._standing: dict[Priority, _Request] = {}
        self._came = False
        self._woken = asyncio.Event()
        self._number = 0
        self._n_reconnects = nc.stats["reconnects"]

    async def open(self) -> None:
        """Listen for what requests bring; a lost connection is listened on again by nats-py."""
        self._subscriptions.append(await self._nc.subscribe(f"{self._inbox}.ask.*", cb=self._got))
        for priority in PRIORITIES:
            self._subscriptions.append(
                await self._nc.subscribe(
                    f"{self._inbox}.{priority}.*", cb=self._standing_got(priority)
                )
            )

    async def close(self) -> None:
        """Listen no more; what the server has sent by now is still delivered."""
        while self._subscriptions:
            subscription = self._subscriptions.pop()
            with suppress(TimeoutError, Error):  # a server that is away sends nothing more
                async with asyncio.timeout(_ANSWER_S):
                    await subscription.drain()  # type: ignore[no-untyped-call]  # nats-py's

    async def ask(self, priority: Priority, n_items: int) -> int:
        """Up to so many items of one class that are there now; answers how many came."""
        self._number += 1
        asked = self._asked = _Request(self._number, n_items)
        await self._publish(priority, f"ask.{self._number}", {"batch": n_items, "no_wait": True})
        await asked.ended(_ANSWER_S)
        self._asked = None
        return asked.n_came

    async def wait(self) -> None:
        """Until an item of any class comes, or the server may have lost what stood there."""
        self._came = False
        n_reconnects = self._nc.stats["reconnects"]
        if n_reconnects != self._n_reconnects:
            self._standing.clear()  # they went with the connection
            self._n_reconnects = n_reconnects
        while not self._came and self._nc.stats["reconnects"] == n_reconnects:
            self._woken.clear()
            await self._stand()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._woken.wait()

    async def _stand(self) -> None:
        """Have one request wait in each class."""
        expires: dict[str, int | bool] = {"batch": 1, "expires": int(_STANDING_S * 1e9)}
        for priority in PRIORITIES:
            if priority in self._standing and not self._standing[priority].is_over:
                continue
            self._number += 1
            self._standing[priority] = _Request(self._number, 1, ends_s=_STANDING_S + _ANSWER_S)
            await self._publish(priority, f"{priority}.{self._number}", expires)

    async def _publish(self, priority: Priority, reply: str, body: dict[str, int | bool]) -> None:
        await self._nc.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{WORK_STREAM}.work-{priority}",
            json.dumps(body).encode(),
            reply=f"{self._inbox}.{reply}",
        )

    async def _got(self, msg: Msg) -> None:
        if self._asked is not None:
            self._asked.take(msg)
        self._hand_over(msg)

    def _standing_got(self, priority: Priority) -> Callable[[Msg], "asyncio.Future[None]"]:
        async def got(msg: Msg) -> None:
            request = self._standing.get(priority)
            if request is not None:
                request.take(msg)
            if _status(msg) == _EXPIRED:
                self._woken.set()
            self._hand_over(msg)

        return got  # type: ignore[return-value]  # nats-py's type of a callback

    def _hand_over(self, msg: Msg) -> None:
        if _status(msg) is None:
            self._came = True
            self._woken.set()
            self._deliver(msg)


class _Request:
    """One pull request: over when all came, or the server says that no more come."""

    def __init__(self, number: int, n_items: int, *, ends_s: float = _ANSWER_S) -> None:
        loop = asyncio.get_running_loop()
        self._number, self._n_left = str(number), n_items
        self._over: asyncio.Future[None] = loop.create_future()
        self._ends_s = loop.time() + ends_s
        self.n_came = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self._over.done() or asyncio.get_running_loop().time() > self._ends_s

    def take(self, msg: Msg) -> None:
        """Count what came of it."""
        status = _status(msg)
        if status is None:
            self.n_came += 1
            if self.n_came < self._n_left:
                return
        elif not msg.subject.endswith(f".{self._number}"):
            return  # of an earlier request
        if not self._over.done():
            self._over.set_result(None)

    async def ended(self, limit_s: float) -> None:
        """Wait for the end; a server that is away or knows no such consumer says nothing."""
        try:
            async with asyncio.timeout(limit_s):
                await self._over
        except TimeoutError:
            return


def _status(msg: Msg) -> str | None:
    return (msg.headers or {}).get("Status")
