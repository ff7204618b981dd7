"""Sends a request in the turn of the event loop in which it is made, not at the end of the next.

Answers that come while the loop is busy are taken in one turn, and each leads to the next request
in its slot. aiohttp writes those a turn later in tasks of their own (before Python 3.12), and
uvloop when a turn is over: all of them would leave together, be answered together, and so stay
together for the rest of a run, with the loop idle in between.
"""

import sys
import types
from collections.abc import Coroutine, Generator
from typing import Any

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection


class Connector(aiohttp.TCPConnector):
    """Its connections hand to the system at once what they are given."""

    async def _create_connection(self, *given: Any) -> ResponseHandler:  # as aiohttp calls it
        protocol = await super()._create_connection(*given)
        if protocol.transport is not None:
            # Over TLS it says as much of the layer above the socket, which changes nothing.
            protocol.transport.set_write_buffer_limits(high=0)
        return protocol


class Request(aiohttp.ClientRequest):
    """Its body is written by whoever sends it, as far as that goes without a wait."""

    if sys.version_info < (3, 12):

        def write_bytes(
            self, writer: AbstractStreamWriter, conn: Connection, content_length: int | None = None
        ) -> Coroutine[Any, Any, None]:
            """What is left to do, which aiohttp makes a task of."""
            writing = super().write_bytes(writer, conn, content_length)
            try:
                waits_for = writing.send(None)
            except StopIteration:
                return _nothing()
            return _rest(writing, waits_for)


async def _nothing() -> None:
    """All is written."""


async def _rest(writing: Coroutine[Any, Any, None], waits_for: Any) -> None:
    await _resumed(writing, waits_for)


@types.coroutine
def _resumed(writing: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Go on with a coroutine that was begun elsewhere."""
    while True:
        came: Any = None
        thrown: BaseException | None = None
        try:
            came = yield waits_for
        except BaseException as error:
            thrown = error  # a call that is canceled, above all
        try:
            waits_for = writing.send(came) if thrown is None else writing.throw(thrown)
        except StopIteration:
            return
