"""Server-sent events: a response that ends with its client, its source, or the process.

Source: WHATWG HTML, section 9.2 (event streams).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

KEEP_ALIVE_S: Final = 10.0
"""Clients and proxies take a silent connection for a broken one."""


class Outlet:
    """Where events go; each call returns once the client's connection has taken them."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def event(self, data: str, *, event: str | None = None, id_: str | None = None) -> None:
        """One event; its data is one line of JSON."""
        await self.text(event_text(data, event=event, id_=id_))

    async def comment(self, text: str = "") -> None:
        """Nothing to a reader; it keeps the connection alive."""
        await self.text(f": {text}\n\n")

    async def text(self, text: str) -> None:
        """Events that were put into words already."""
        await self._send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def event_text(data: str, *, event: str | None = None, id_: str | None = None) -> str:
    """One event in words."""
    named = f"event: {event}\n" if event else ""
    numbered = f"id: {id_}\n" if id_ else ""
    return f"{numbered}{named}data: {data}\n\n"


Produce = Callable[[Outlet], Awaitable[None]]


class EventStream(Response):
    """Runs `produce` until it returns, the client leaves, or `closing` is set."""

    media_type = "text/event-stream"

    def __init__(self, produce: Produce, *, closing: asyncio.Event) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        # Starlette gave it the length of an empty body; a stream has none.
        del self.headers["content-length"]
        self._produce, self._closing = produce, closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        async with asyncio.TaskGroup() as group:
            ends = [
                group.create_task(self._run(Outlet(send))),
                group.create_task(_disconnected(receive)),
                group.create_task(_set(self._closing)),
            ]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for each in ends:
                each.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _run(self, outlet: Outlet) -> None:
        await outlet.comment("open")
        await self._produce(outlet)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _set(event: asyncio.Event) -> None:
    await event.wait()
