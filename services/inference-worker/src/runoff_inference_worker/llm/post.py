"""Posts JSON to one address, straight over aiohttp."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from runoff_inference_worker.llm.wire import hold, hold_size

_LARGE_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Posted:
    """What came back, whole."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class Post:
    """One address, asked over shared connections with the same headers each time."""

    def __init__(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        self._session, self._headers = session, headers
        self._url, self._proxy = url, proxy_of(url)

    async def __call__(self, content: bytes) -> Posted:
        """Send once. The caller sets the time limit.

        Raises:
            aiohttp.ClientError: When no answer came, or half of one.
            Redirected, BodyRefused: When it is not to be read.
        """
        async with self._session.post(
            self._url,
            # A buffer is written in pieces; bytes would be, and encrypted, all at once.
            data=content if len(content) < _LARGE_BYTES else BytesIO(content),
            headers=self._headers,
            allow_redirects=False,
            proxy=self._proxy,
        ) as response:
            hold(response.status, response.headers.get("content-encoding"))
            body = await _read(response.content)
            return Posted(response.status, response.headers, body)


async def _read(stream: aiohttp.StreamReader) -> bytes:
    first = await stream.readany()
    parts, n_bytes = [first], len(first)
    hold_size(n_bytes)
    while part := await stream.readany():
        parts.append(part)
        n_bytes += len(part)
        hold_size(n_bytes)
    return b"".join(parts)


def proxy_of(url: str) -> str | None:
    """The proxy that the environment names for an address (`HTTPS_PROXY`, `NO_PROXY` and so on).

    Looked up once for each model: aiohttp would do it, in a thread, with each call.
    """
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    named = getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"
