"""What stands around every page: the name it is called by, who may change things, headers.

Pure ASGI, so that it holds for streams as well.
"""

import ipaddress
from collections.abc import Iterable
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types app-fragment",
    )
)
FILE_POLICY: Final = "sandbox; default-src 'none'"
"""Of files that came from outside: whatever they hold, nothing in them runs."""
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SAFE: Final = {"GET", "HEAD"}
_LOOPBACK: Final = {"localhost"}
MAX_FORM_BYTES: Final = 1024 * 1024
UPLOADS: Final = "/datasets/new"
"""Takes files, which may be larger."""
MAX_UPLOAD_BYTES: Final = 512 * 1024 * 1024


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = {host.strip().lower() for host in hosts if host.strip()} | _LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                made = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    made.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send_guarded)
        else:
            status, text = refusal
            await PlainTextResponse(text, status)(scope, receive, send_guarded)

    def _refusal(self, method: str, path: str, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            return 421, (
                "These pages are not known by that name: it is localhost, an address, or a name "
                "in RUNOFF_ALLOWED_HOSTS."
            )
        if method in _SAFE:
            return None
        if not _same_origin(headers, host):
            return 403, "Pages of other sites may change nothing here."
        declared = headers.get("content-length", "")
        most = MAX_UPLOAD_BYTES if path == UPLOADS else MAX_FORM_BYTES
        if not declared.isdecimal() or int(declared) > most:
            return 413, f"A form has a length, of at most {most} bytes."
        return None

    def _is_ours(self, host: str) -> bool:
        """A name of ours, or an address: whoever rebinds a name cannot rebind an address."""
        with suppress(ValueError):
            name = urlsplit(f"//{host}").hostname
            if name is None:
                return False
            if "*" in self._hosts or name in self._hosts:
                return True
            return bool(ipaddress.ip_address(name))
        return False


def _same_origin(headers: Headers, host: str) -> bool:
    """Whether a browser says that one of our own pages sends this.

    `Sec-Fetch-Site` cannot be set by a page; where a browser does not send it, `Origin` has to
    name this host. A request with neither is not a browser's form, and is refused too.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return False
    with suppress(ValueError):
        return urlsplit(origin).netloc == host
    return False
