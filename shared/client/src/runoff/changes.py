"""Which runs moved on, for a program that shows many of them: one connection for all.

It is asynchronous, where the rest of the client is not: a server of pages listens for as long as
it is up, and a thread that waits in a read could not be stopped.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pydantic_core

from runoff.sse import EventParser
from runoff.transport import SILENCE_S, path_of, reach


@dataclass(frozen=True)
class Changed:
    """What is new since the last one; the first one of a connection says that it is open."""

    runs: frozenset[str]
    everything: bool
    """More moved on than are named, or nobody listened before: read all that you show."""


async def changes(url: str) -> AsyncIterator[Changed]:
    """What moves on from now on, until the connection breaks.

    Raises:
        httpx.HTTPError: When it does not open, breaks, or the server ends it: what moved on until
            it is opened again is not told, so its first item says `everything`.
    """
    parser = EventParser()
    timeout = httpx.Timeout(SILENCE_S, connect=5.0)
    async with (
        httpx.AsyncClient(base_url=url, timeout=timeout, **reach(url)) as http,
        http.stream("GET", path_of("changes"), headers={"Accept": "text/event-stream"}) as answer,
    ):
        answer.raise_for_status()
        yield Changed(frozenset(), everything=True)
        async for chunk in answer.aiter_bytes():
            for event in parser.feed(chunk):
                said = pydantic_core.from_json(event.data)
                yield Changed(frozenset(said["runs"]), bool(said["all"]))
    raise httpx.RemoteProtocolError("the stream ended")
