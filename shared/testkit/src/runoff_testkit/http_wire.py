"""HTTP/1.1 on the wire, for servers of tests that are wrong on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[str]:
    """The address of a server on loopback; its connections end with the block.

    Args:
        serve: Deals with one connection, until the client or the end of the block closes it.
    """
    writers: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        writers[task] = writer
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await serve(reader, writer)
        finally:
            writer.close()
            del writers[task]

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        tasks = list(writers)
        for writer in writers.values():
            writer.close()
        if tasks:
            await asyncio.wait(tasks)


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The next request of a connection.

    Raises:
        IncompleteReadError: When the client has closed it.
    """
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = text.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body)


def head(status: int, headers: dict[str, str], n_bytes: int) -> bytes:
    """The head of an answer whose body has so many bytes."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {n_bytes}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def send(
    writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: bytes
) -> None:
    """A whole answer."""
    writer.write(head(status, headers, len(body)) + body)
    await writer.drain()
