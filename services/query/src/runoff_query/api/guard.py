"""What stands before every request: host, origin, size of the body; and behind: headers, errors.

Pure ASGI, so that it holds for streams as well.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Iterable
from contextlib import suppress
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runoff_contracts.problem import Problem, problem
from runoff_query.api.problems import answer, internal

_SAFE = {"GET", "HEAD", "OPTIONS"}
_LOOPBACK = {"localhost"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-site",
}
_DRAIN_BYTES = 64 * 1024 * 1024
_DRAIN_S = 5.0

BodyLimit = Callable[[str, str, str], int]
"""Most bytes that a request may carry, from its method, path and media type."""

logger = structlog.get_logger(__name__)


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], limit: BodyLimit) -> None:
        self._app, self._limit = app, limit
        self._hosts = {host.strip().lower() for host in hosts if host.strip()} | _LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _Body(receive, self._limit_of(scope, headers))

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                made = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    made.setdefault(name, value)
            await send(message)

        refused = self._refusal(scope["method"], headers, body.limit)
        if refused is not None:
            await answer(refused)(scope, receive, send_guarded)
        else:
            await self._app(scope, body.receive, send_guarded)
        await body.drain()

    def _limit_of(self, scope: Scope, headers: Headers) -> int:
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        return self._limit(scope["method"], scope["path"], media_type)

    def _refusal(self, method: str, headers: Headers, limit: int) -> Problem | None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            return problem(
                "unknown-host",
                "This server is not known by that name",
                421,
                f"It is localhost, an address, or a name in RUNOFF_ALLOWED_HOSTS; not {host!r}.",
            )
        origin = headers.get("origin")
        if method not in _SAFE and origin is not None and urlsplit(origin).netloc != host:
            return problem(
                "cross-origin",
                "Pages of other sites may change nothing here",
                403,
                f"The request comes from {origin}.",
            )
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            return too_large(limit)
        return None

    def _is_ours(self, host: str) -> bool:
        """A name of ours, or an address: whoever rebinds a name cannot rebind an address."""
        name = urlsplit(f"//{host}").hostname
        if name is None:
            return False
        if "*" in self._hosts or name in self._hosts:
            return True
        with suppress(ValueError):
            return bool(ipaddress.ip_address(name))
        return False


class BodyTooLarge(HTTPException):
    """The body is over the limit. FastAPI lets this kind through when it reads a body."""

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.limit = limit


async def body_too_large(_: Request, error: Exception) -> Response:
    """Answers `BodyTooLarge`."""
    if not isinstance(error, BodyTooLarge):
        raise error
    return answer(too_large(error.limit))


class Boundary:
    """Stands around the routes: whatever breaks, the client learns an id, and the log the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        # The outermost loop of a request.
        except Exception:
            if scope["type"] != "http":
                raise
            told, error_id = internal()
            logger.exception("request.failed", error_id=error_id, path=scope["path"])
            if not started:
                await answer(told)(scope, receive, send)


class _Body:
    """Counts what comes in: a declared length may be a lie, and a chunked body declares none."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self.limit = receive, limit
        self._n_bytes = 0
        self._over = False
        self._ended = False

    async def receive(self) -> Message:
        """The next part of the body.

        Raises:
            BodyTooLarge: When the body is over the limit.
        """
        message = await self._take()
        if self._n_bytes > self.limit:
            self._over = True
            raise BodyTooLarge(self.limit)
        return message

    async def drain(self) -> None:
        """Take in some more of a refused body: a client that sends on would miss the answer."""
        if self._ended or not self._over:
            return
        until = self._n_bytes + _DRAIN_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                while not self._ended and self._n_bytes < until:
                    await self._take()

    async def _take(self) -> Message:
        message = await self._receive()
        self._n_bytes += len(message.get("body", b""))
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message


def too_large(limit: int) -> Problem:
    """What a body over the limit is answered with."""
    return problem(
        "content-too-large", "The body is too large", 413, f"At most {limit} bytes are taken here."
    )
