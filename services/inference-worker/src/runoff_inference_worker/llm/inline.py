"""Images within a JSON body, encoded beside the event loop.

A large image would hold the loop up for 5 ms a megabyte: it is encoded, put into an address, put
into the body and copied each time. Here a word stands in its place until the body is bytes.
"""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic_ai.messages import BinaryContent
from pydantic_core import to_json

_PIECE_BYTES = 3 * 64 * 1024
"""Three bytes become four characters. A thread lets the loop go on after each piece."""
_SMALL_BYTES = 64 * 1024


class _Place(str):
    """Where an image belongs; nobody can guess the word, and so write it into a prompt."""

    __slots__ = ("picture",)

    picture: "Inline"


class Inline(BinaryContent):
    """An image whose address is to be filled in."""

    @property
    def data_uri(self) -> str:
        """A word that `body_of` knows."""
        place = _Place(secrets.token_hex(16))
        place.picture = self
        return place


async def body_of(request: Mapping[str, Any]) -> bytes:  # as an SDK is given it
    """The request as JSON, with its images in their places."""
    body = to_json(request)
    for place in _places(request.get("messages", ())):
        head, _, tail = body.partition(place.encode())
        picture = place.picture
        start = f"data:{picture.media_type};base64,".encode()
        if len(picture.data) <= _SMALL_BYTES:
            body = b"".join((head, start, b64encode(picture.data), tail))
        else:
            body = await asyncio.to_thread(_joined, head + start, picture.data, tail)
    return body


def _joined(head: bytes, content: bytes, tail: bytes) -> bytes:
    """In a thread."""
    pieces = range(0, len(content), _PIECE_BYTES)
    encoded = (b64encode(content[begin : begin + _PIECE_BYTES]) for begin in pieces)
    return b"".join((head, *encoded, tail))


def _places(messages: Sequence[Mapping[str, Any]]) -> Iterator[_Place]:
    for message in messages:
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            url = part.get("image_url", {}).get("url")
            if isinstance(url, _Place):
                yield url
