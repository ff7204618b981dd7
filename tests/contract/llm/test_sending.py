"""How aiohttp and the event loop hand a request to the system."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing

import aiohttp
import pytest
import uvloop

from runoff_inference_worker.llm.post import Post, Posted
from runoff_inference_worker.llm.wire import Wire

_FINE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
_LARGE = b"a" * 32 * 1024 * 1024
"""Over what two sockets hold between them."""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as made:
        made.settimeout(10)
        yield made


def test_a_request_leaves_in_the_turn_of_the_loop_in_which_it_is_made(
    listener: socket.socket,
) -> None:
    """Else those that are made in one turn leave together, and come back so for good."""

    async def ask_twice() -> bytes:
        wire = Wire()
        post = _post((await wire.open()).direct, listener)
        first = asyncio.create_task(post(b"{}"))
        peer = await asyncio.to_thread(_answered, listener)
        with closing(peer):
            await first
            second = asyncio.create_task(post(b"{}"))
            seen: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
            # Right behind the task's first step.
            asyncio.get_running_loop().call_soon(lambda: seen.set_result(_here(peer)))
            there = await seen
            second.cancel()
        await wire.close()
        return there

    assert uvloop.run(ask_twice()).endswith(b"\r\n\r\n{}")


def test_a_large_request_that_nobody_reads_can_be_given_up(listener: socket.socket) -> None:
    """What is written in the first turn and what later ones write is one task to whoever waits."""

    async def ask() -> Posted | None:
        wire = Wire()
        post = _post((await wire.open()).direct, listener)
        asked = asyncio.create_task(post(_LARGE))
        with closing((await asyncio.to_thread(listener.accept))[0]) as peer:
            peer.settimeout(10)
            await asyncio.to_thread(peer.recv, 1)
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
        await wire.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return None

    uvloop.run(ask())


def _post(session: aiohttp.ClientSession, listener: socket.socket) -> Post:
    return Post(session, f"http://127.0.0.1:{listener.getsockname()[1]}/", {})


def _answered(listener: socket.socket) -> socket.socket:
    """The connection that comes, its first request answered."""
    peer, _ = listener.accept()
    peer.settimeout(10)
    while not peer.recv(65536).endswith(b"{}"):
        pass
    peer.sendall(_FINE)
    return peer


def _here(peer: socket.socket) -> bytes:
    """What has come by now."""
    try:
        return peer.recv(65536, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return b""
