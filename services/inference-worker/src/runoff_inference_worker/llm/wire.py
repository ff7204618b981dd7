"""The connections to every API, shared by all models of this process, with bounded answers."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
from openai import DefaultAioHttpClient

MAX_BODY_BYTES = 2 * 1024 * 1024
"""Of one answer. The longest text that is kept takes 600,000 when all of it is escaped."""
_CONNECT_S = 10.0
_IDLE_S = 4.0
"""Servers close idle connections after five seconds and more: a request must not meet that."""
_NO_LIMIT_S = 3700.0
"""Over the longest limit that a run can set; the limit itself is kept around the whole call."""


class BodyRefused(Exception):  # it is caught by name between layers, never shown
    """The answer is larger than any that is kept, or packed so that nobody knows how large."""


class Redirected(Exception):  # likewise
    """The server names another address. It is not followed: nobody declared it or allowed it."""

    def __init__(self, status_code: int) -> None:
        super().__init__(f"the server answered {status_code}; redirects are not followed")
        self.status_code = status_code


class Wire:
    """One HTTP client, made when the first model is opened and closed with the last."""

    def __init__(self) -> None:
        self._client: httpx2.AsyncClient | None = None
        self._n_users = 0

    async def open(self) -> httpx2.AsyncClient:
        """The client, for one more user."""
        self._n_users += 1
        if self._client is None:
            # In a thread: reading the certificates takes a moment.
            made = await asyncio.to_thread(_make_client)
            if self._client is None:
                self._client = made
        return self._client

    async def close(self) -> None:
        """One user less."""
        self._n_users -= 1
        if self._n_users == 0 and self._client is not None:
            client, self._client = self._client, None
            await client.aclose()


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends with an error where it gets too long."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        n_bytes = 0
        async for part in self._body:
            n_bytes += len(part)
            if n_bytes > MAX_BODY_BYTES:
                raise BodyRefused(f"the answer is over {MAX_BODY_BYTES} bytes")
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()


async def _bound(response: httpx2.Response) -> None:
    if 300 <= response.status_code < 400:
        raise Redirected(response.status_code)
    # Not asked for: a small packed body could become an endless one.
    if response.headers.get("content-encoding", "identity") != "identity":
        raise BodyRefused("the answer is compressed, which was not asked for")
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


async def _ask_unpacked(request: httpx2.Request) -> None:
    request.headers["accept-encoding"] = "identity"


def _make_client() -> httpx2.AsyncClient:
    # aiohttp below httpx2's interface: a call takes less than half of the processor.
    return DefaultAioHttpClient(
        timeout=httpx2.Timeout(_NO_LIMIT_S, connect=_CONNECT_S),
        limits=httpx2.Limits(
            max_connections=None, max_keepalive_connections=1024, keepalive_expiry=_IDLE_S
        ),
        follow_redirects=False,
        event_hooks={"request": [_ask_unpacked], "response": [_bound]},
    )
