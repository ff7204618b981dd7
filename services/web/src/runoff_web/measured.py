"""How long an answer took, and how much of that the API: `Server-Timing`, for browser and bench.

Source: W3C Server Timing. A page that asks the API one thing after the other shows it here.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

import httpx
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "Server-Timing"


@dataclass
class Spent:
    """Of one request."""

    n_asked: int = 0
    """Requests to the API."""
    asked_s: float = 0.0
    """Their times together; those at the same time count each."""


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


class CountedWire(httpx.HTTPTransport):
    """Carries requests to the API, and says for which of ours."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Until the head of the answer is there."""
        spent, started = _spent.get(), time.perf_counter()
        try:
            return super().handle_request(request)
        finally:
            if spent is not None:
                spent.n_asked += 1
                spent.asked_s += time.perf_counter() - started


class Measured:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self._app, self._clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, spent = self._clock(), Spent()
        token = _spent.set(spent)

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                took_ms = (self._clock() - started) * 1000
                MutableHeaders(scope=message).append(
                    HEADER,
                    f'api;dur={spent.asked_s * 1000:.1f};desc="{spent.n_asked} requests", '
                    f"page;dur={took_ms:.1f}",
                )
            await send(message)

        try:
            await self._app(scope, receive, send_measured)
        finally:
            _spent.reset(token)
