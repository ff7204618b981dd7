"""Calls of HTTP servers: one answer read whole within a bound, or an error of the right class."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
import orjson

from runoff_inference_worker.errors import (
    AttemptFailed,
    ConnectionFailed,
    MalformedAnswer,
    RateLimited,
    Rejected,
    ServerFailed,
)

MAX_BODY_BYTES = 16 * 1024 * 1024
_CONNECT_S = 10.0
_SAID_BYTES = 64 * 1024
_SAID_CHARACTERS = 500
_IDLE_S = 3.0
"""A connection idle for longer is not used again: servers close theirs after some five seconds,
and a request that meets the closing is lost."""
_HIDDEN = "***"


class Http:
    """The connections of this worker to inference servers, kept open between calls."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @classmethod
    async def open(cls) -> "Http":
        """A client of its own; in a thread, since reading the certificates takes a moment."""
        return cls(await asyncio.to_thread(_make_client))

    async def call(
        self, method: str, url: str, *, secret: str | None = None, content: bytes | None = None
    ) -> bytes:
        """The body of a successful answer. The caller sets the time limit.

        Args:
            secret: Sent as bearer token; whatever the server says, it does not come back out.

        Raises:
            AttemptFailed: By what went wrong: `RateLimited`, `ServerFailed`, `ConnectionFailed`,
                `Rejected` (redirects too: they are not followed) or `MalformedAnswer`.
        """
        # No compression: a small body could become an endless one.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret}"
        try:
            async with self._client.stream(
                method, url, headers=headers, content=content
            ) as response:
                if response.status_code != httpx.codes.OK:
                    said = await _read(response, most=_SAID_BYTES, cut=True)
                    raise failure(response.status_code, response.headers, _hidden(said, secret))
                return _hidden(await _read(response, most=MAX_BODY_BYTES), secret)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Rejected(f"the address cannot be asked: {error}") from error
        except httpx.HTTPError as error:
            raise ConnectionFailed(_told(error, secret)) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


def failure(status_code: int, headers: Mapping[str, str], body: bytes) -> AttemptFailed:
    """What an HTTP answer that is none of success means for an attempt."""
    said = f"the server answered {status_code}"
    if text := _error_text(body):
        said += f": {text}"
    wait_s = retry_after_s(headers.get("retry-after"), now=datetime.now(UTC))
    if status_code == httpx.codes.TOO_MANY_REQUESTS:
        return RateLimited(said, status_code=status_code, retry_after_s=wait_s)
    if status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return ServerFailed(said, status_code=status_code, retry_after_s=wait_s)
    if status_code < 300:
        return MalformedAnswer(said, status_code=status_code)
    if status_code < 400:
        said += "; redirects are not followed"
    return Rejected(said, status_code=status_code)


def retry_after_s(value: str | None, *, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks to wait; none where there is none to be read.

    Source: RFC 9110, section 10.2.3: a number of seconds or a date.
    """
    if value is None:
        return None
    if value.strip().isdecimal():
        return min(float(value), 86_400.0)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), 86_400.0)


async def _read(response: httpx.Response, *, most: int, cut: bool = False) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        if cut:
            return b""
        raise MalformedAnswer("the answer is compressed, which was not asked for")
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > most:
            if cut:
                return bytes(body[:most])
            raise MalformedAnswer(
                f"the answer is over the limit of {most} bytes", status_code=response.status_code
            )
    return bytes(body)


def _error_text(body: bytes) -> str:
    """What an error's body says, short and without characters that are no text."""
    try:
        value = orjson.loads(body)
    except ValueError:
        value = None
    if isinstance(value, dict):
        value = value.get("error") or value.get("detail")
    text = value if isinstance(value, str) else body.decode(errors="replace")
    return "".join(each if each.isprintable() else " " for each in text[:_SAID_CHARACTERS]).strip()


def _hidden(body: bytes, secret: str | None) -> bytes:
    return body if secret is None else body.replace(secret.encode(), _HIDDEN.encode())


def _told(error: httpx.HTTPError, secret: str | None) -> str:
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return text if secret is None else text.replace(secret, _HIDDEN)


def _make_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        # Time for an answer is the attempt's, which holds for the whole call.
        timeout=httpx.Timeout(None, connect=_CONNECT_S),
        limits=httpx.Limits(
            max_connections=1024, max_keepalive_connections=256, keepalive_expiry=_IDLE_S
        ),
        follow_redirects=False,
        # What one server sets is not sent with the next model's call.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )
