"""The connections to every API, shared by all models of this process, with bounded answers."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx2
from openai import DefaultAioHttpClient

from runoff_inference_worker.llm.inline import whole_request
from runoff_inference_worker.llm.sending import Connector, Request

MAX_BODY_BYTES = 2 * 1024 * 1024
"""Of one answer. The longest text that is kept takes 600,000 when all of it is escaped."""
_CONNECT_S = 10.0
_IDLE_S = 4.0
"""Servers close idle connections after five seconds and more: a request must not meet that."""
_NO_LIMIT_S = 3700.0
"""Over the longest limit that a run can set; the limit itself is kept around the whole call."""
_UNLIMITED = 0
"""As aiohttp says it; none would leave it at 100 connections."""
# Not asked for: a small packed body could become an endless one.
_UNPACKED = {"accept-encoding": "identity"}


class BodyRefused(Exception):  # it is caught by name between layers, never shown
    """The answer is larger than any that is kept, or packed so that nobody knows how large."""


class Redirected(Exception):  # likewise
    """The server names another address. It is not followed: nobody declared it or allowed it."""

    def __init__(self, status_code: int) -> None:
        super().__init__(f"the server answered {status_code}; redirects are not followed")
        self.status_code = status_code


@dataclass(frozen=True)
class Lines:
    """Two ways to the same: an SDK's calls go over httpx2, our own straight over aiohttp."""

    sdk: httpx2.AsyncClient
    direct: aiohttp.ClientSession

    async def close(self) -> None:
        """Close every connection."""
        await self.direct.close()
        await self.sdk.aclose()


class Wire:
    """The lines, made when the first model is opened and closed with the last."""

    def __init__(self) -> None:
        self._lines: Lines | None = None
        self._n_users = 0

    async def open(self) -> Lines:
        """The lines, for one more user."""
        self._n_users += 1
        if self._lines is None:
            # In a thread: reading the certificates takes a moment.
            trusted = await asyncio.to_thread(httpx2.create_ssl_context)
            if self._lines is None:
                self._lines = Lines(_make_client(trusted), _make_session(trusted))
        return self._lines

    async def close(self) -> None:
        """One user less."""
        self._n_users -= 1
        if self._n_users == 0 and self._lines is not None:
            lines, self._lines = self._lines, None
            await lines.close()


def hold(status_code: int, content_encoding: str | None) -> None:
    """Look at an answer's head before its body is read.

    Raises:
        Redirected, BodyRefused: When the body is not to be read.
    """
    if 300 <= status_code < 400:
        raise Redirected(status_code)
    if content_encoding not in {None, "identity"}:
        raise BodyRefused("the answer is compressed, which was not asked for")


def hold_size(n_bytes: int) -> None:
    """Look at how much of a body there is so far.

    Raises:
        BodyRefused: When that is too much.
    """
    if n_bytes > MAX_BODY_BYTES:
        raise BodyRefused(f"the answer is over {MAX_BODY_BYTES} bytes")


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends with an error where it gets too long."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        n_bytes = 0
        async for part in self._body:
            n_bytes += len(part)
            hold_size(n_bytes)
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()


async def _bound(response: httpx2.Response) -> None:
    hold(response.status_code, response.headers.get("content-encoding"))
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


async def _ask_unpacked(request: httpx2.Request) -> None:
    request.headers.update(_UNPACKED)


class _Client(DefaultAioHttpClient):
    """aiohttp below httpx2's interface: a call takes less than half of the processor."""

    async def send(self, request: httpx2.Request, **given: Any) -> httpx2.Response:
        """As httpx2 does it, with the image of the call in its place."""
        response: httpx2.Response = await super().send(await whole_request(request), **given)
        return response


def _make_client(trusted: ssl.SSLContext) -> httpx2.AsyncClient:
    return _Client(
        verify=trusted,
        timeout=httpx2.Timeout(_NO_LIMIT_S, connect=_CONNECT_S),
        limits=httpx2.Limits(
            max_connections=_UNLIMITED, max_keepalive_connections=1024, keepalive_expiry=_IDLE_S
        ),
        follow_redirects=False,
        event_hooks={"request": [_ask_unpacked], "response": [_bound]},
    )


def _make_session(trusted: ssl.SSLContext) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=Connector(ssl=trusted, limit=_UNLIMITED, keepalive_timeout=_IDLE_S),
        request_class=Request,
        headers=_UNPACKED,
        # What one server sets is not sent with the next model's call.
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        # The limit of an attempt is kept around the whole call.
        timeout=aiohttp.ClientTimeout(connect=_CONNECT_S),
    )
