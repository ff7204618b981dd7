"""The head of a run's page, sent before the API has answered: meanwhile the browser makes room for
the page and has its styles and scripts.

An answer that has begun has its status. So only a browser is answered so, which shows the page
whatever the status, and only where the run is known to be there: it was read or listed before, or
moved on while these pages are up. Of a run that was deleted since, the page says that it is not
there, under 200, once.
"""

import re
from collections import OrderedDict
from http import HTTPStatus
from threading import Lock
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runoff_web.rendering import KEPT, Pages, theme_of
from runoff_web.toasts import COOKIE

_RUN: Final = re.compile(r"/runs/([0-9a-f-]{36})")
_N_KNOWN: Final = 2000


class Known:
    """Ids of runs that were there when they were last asked for; of many, the latest ones."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        # Pages are made in threads.
        self._lock = Lock()

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._ids

    def add(self, *run_ids: str) -> None:
        """They are there."""
        with self._lock:
            for each in run_ids:
                self._ids[each] = None
                self._ids.move_to_end(each)
            while len(self._ids) > _N_KNOWN:
                self._ids.popitem(last=False)

    def discard(self, *run_ids: str) -> None:
        """They may not be there any more."""
        with self._lock:
            for each in run_ids:
                self._ids.pop(each, None)


class Early:
    """Wraps the application with its error pages: they begin with the same head."""

    def __init__(self, app: ASGIApp, pages: Pages, known: Known) -> None:
        self._app, self._pages, self._known = app, pages, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        run = _RUN.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if run is None or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        run_id, asked = run[1], HTTPConnection(scope)
        head = b""
        if run_id in self._known and _is_browser(asked):
            head = self._pages.head(theme_of(asked)).encode()
            await send(_start())
            await send({"type": "http.response.body", "body": head, "more_body": True})
        left = len(head)

        async def send_rest(message: Message) -> None:
            nonlocal left
            is_start = message["type"] == "http.response.start"
            if is_start:
                is_there = message["status"] == HTTPStatus.OK
                (self._known.add if is_there else self._known.discard)(run_id)
                if head:
                    return
            elif left:
                body = message.get("body", b"")
                message, left = {**message, "body": body[left:]}, max(left - len(body), 0)
            await send(message)

        await self._app(scope, receive, send_rest)


def _start() -> Message:
    made = {"Content-Type": "text/html; charset=utf-8", **KEPT}
    headers = [(name.lower().encode(), value.encode()) for name, value in made.items()]
    return {"type": "http.response.start", "status": int(HTTPStatus.OK), "headers": headers}


def _is_browser(asked: HTTPConnection) -> bool:
    """Whether a person goes to the page. Where it says what was just done it takes a cookie back,
    and a head that was sent cannot.
    """
    return asked.headers.get("sec-fetch-dest") == "document" and COOKIE not in asked.cookies
