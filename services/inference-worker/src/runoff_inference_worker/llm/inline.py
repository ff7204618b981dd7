"""An image within a JSON body, encoded and put in beside the event loop.

The libraries would encode it, copy it into the request, and write that as JSON, all in the loop:
5 ms a megabyte and more. They are given a few bytes in its place, which come out as a word that
nobody can guess, and so write into a prompt; the image takes the word's place in the body.
"""

import asyncio
import secrets
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO

import httpx2
from pydantic_ai.messages import BinaryContent

_ENCODED_BYTES = 3 * 64 * 1024
"""Three bytes become four characters. A thread lets the loop go on after each piece."""
_SENT_BYTES = 64 * 1024
_SMALL_BYTES = 64 * 1024


@dataclass(frozen=True)
class _Carried:
    word: bytes
    content: bytes


_CARRIED: ContextVar[_Carried | None] = ContextVar("carried", default=None)
"""The image of the call that this task is making."""


@contextmanager
def carried(content: bytes, media_type: str) -> Iterator[BinaryContent]:
    """What stands for an image in the request of this task, until the block ends."""
    word = secrets.token_hex(16)  # which is base64 too, the same in both of its alphabets
    before = _CARRIED.set(_Carried(word.encode(), content))
    try:
        yield BinaryContent(b64decode(word), media_type=media_type)
    finally:
        _CARRIED.reset(before)


async def whole(body: bytes) -> bytes:
    """The body with this call's image, where it has one, in its place."""
    found = _CARRIED.get()
    if found is None:
        return body
    head, _, tail = body.partition(found.word)
    if len(found.content) <= _SMALL_BYTES:
        return b"".join((head, b64encode(found.content), tail))
    return await asyncio.to_thread(_joined, head, found.content, tail)


async def whole_request(request: httpx2.Request) -> httpx2.Request:
    """The request of an SDK likewise, sent in pieces."""
    if _CARRIED.get() is None:
        return request
    body = await whole(await request.aread())
    return httpx2.Request(
        request.method,
        request.url,
        headers={**request.headers, "content-length": str(len(body))},
        stream=_Pieces(body),
        extensions=request.extensions,
    )


class _Pieces(httpx2.AsyncByteStream):
    """Bytes that are not written, and encrypted, all at once."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = BytesIO(self._content)
        while piece := content.read(_SENT_BYTES):
            yield piece
            await asyncio.sleep(0)


def _joined(head: bytes, content: bytes, tail: bytes) -> bytes:
    """In a thread."""
    pieces = range(0, len(content), _ENCODED_BYTES)
    encoded = (b64encode(content[begin : begin + _ENCODED_BYTES]) for begin in pieces)
    return b"".join((head, *encoded, tail))
