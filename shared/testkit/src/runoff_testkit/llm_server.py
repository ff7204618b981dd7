"""A server of language models that behaves as its prompts order, over real HTTP.

It speaks the OpenAI chat completions protocol (Ollama's too), the Anthropic messages protocol and
the Gemini API, as far as one request and one answer go. A prompt orders what becomes of its calls,
one after another, and what is answered at last:

    Which city? #429:0.2 #reset <<Paris>>

The first call is refused with `Retry-After: 0.2`, the second one is cut off, the third one and all
others are answered `Paris`. `LlmServer.calls` holds every call that came in.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import re
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any, Self

import uvloop

from runoff_testkit.llm_shapes import answer_body, api_of, error_body, prompt_of, wants_logprobs

_ORDER = re.compile(r"#([a-z0-9]+)(?::([0-9.]+))?")
_ANSWER = re.compile(r"<<(.*?)>>", re.DOTALL)
_HUGE_CHARACTERS = 5 * 1024 * 1024
_LONG_CHARACTERS = 150_000
_STALL_S = 3600.0
_REASONS = {200: "OK", 400: "Bad Request", 429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass(frozen=True)
class Call:
    """One request that came in."""

    api: str
    path: str
    prompt: str
    headers: dict[str, str]
    body: dict[str, Any]  # as the protocol has it

    @property
    def secret(self) -> str:
        """The key that was sent."""
        names = ("authorization", "x-api-key", "x-goog-api-key")
        return next((self.headers[each] for each in names if each in self.headers), "")


class LlmServer:
    """In a thread of its own, on a free port of the loopback interface."""

    def __init__(self, *, delay_s: float = 0.0, most_at_once: int | None = None) -> None:
        """Prepare.

        Args:
            delay_s: Of every fine answer.
            most_at_once: Calls that are served side by side; one more is refused with 429.
        """
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.most_under_way = 0
        self._delay_s, self._most = delay_s, most_at_once
        self._n_under_way = 0
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="llm-server", daemon=True)
        self._ready = threading.Event()

    @property
    def n_under_way(self) -> int:
        """Calls that have come in and have no answer yet."""
        return self._n_under_way

    @property
    def root(self) -> str:
        """Address without a path: the base of the Anthropic and Gemini APIs."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def openai(self) -> str:
        """Base address of the OpenAI protocol."""
        return f"{self.root}/v1"

    def base_url(self, api: str) -> str:
        """The base address of one of the four APIs."""
        return self.openai if api in {"openai", "ollama"} else self.root

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise TimeoutError("the server did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def serve(self, port: int = 0) -> asyncio.Server:
        """Listen in the running loop."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", port, backlog=1024)
        self._port = server.sockets[0].getsockname()[1]
        return server

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self.serve())
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while (request := await _read(reader)) is not None:
                if not await self._serve_one(*request, writer):
                    break
        writer.close()

    async def _serve_one(
        self, path: str, headers: dict[str, str], content: bytes, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer as the prompt orders; False where the connection is not to be used again."""
        if path == "/calls":
            counts = json.dumps({"n_calls": len(self.calls), "counts": self.counts})
            writer.write(_message(200, counts))
            return True
        call = _call(path, headers, json.loads(content))
        self.calls.append(call)
        self.counts[call.prompt] += 1
        orders = _ORDER.findall(call.prompt)
        n_before = self.counts[call.prompt] - 1
        order, value = orders[n_before] if n_before < len(orders) else ("ok", "")
        self._n_under_way += 1
        self.most_under_way = max(self.most_under_way, self._n_under_way)
        try:
            if self._most is not None and self._n_under_way > self._most:
                order, value = "429", ""
            return await self._obey(order, value, call, writer)
        finally:
            self._n_under_way -= 1

    async def _obey(self, order: str, value: str, call: Call, writer: asyncio.StreamWriter) -> bool:
        if order.isdigit():
            said = f"ordered {order}; you are {call.secret}"
            extra = {"retry-after": value} if value else {}
            writer.write(_message(int(order), error_body(call.api, int(order), said), extra))
            return True
        fine = _fine(call)
        match order:
            case "reset":
                _reset(writer)
                return False
            case "stall":
                await asyncio.sleep(float(value or _STALL_S))
                return False
            case "half":
                writer.write(_message(200, fine)[: -len(fine) // 2])
                return False
            case "badjson":
                writer.write(_message(200, fine[: len(fine) // 2]))
            case "wrongshape":
                writer.write(_message(200, '{"choices": 7, "content": 7, "candidates": 7}'))
            case "empty":
                writer.write(_message(200, answer_body(call.api, "", call.body)))
            case "huge":
                writer.write(
                    _message(200, answer_body(call.api, "a" * _HUGE_CHARACTERS, call.body))
                )
            case "long":
                writer.write(
                    _message(200, answer_body(call.api, "a" * _LONG_CHARACTERS, call.body))
                )
            case "packed":
                packed = gzip.compress(b" " * _HUGE_CHARACTERS + fine.encode())
                writer.write(_message(200, packed, {"content-encoding": "gzip"}))
            case _:
                await asyncio.sleep(float(value or self._delay_s))
                writer.write(_message(200, fine))
        await writer.drain()
        return True


def _call(path: str, headers: dict[str, str], body: dict[str, Any]) -> Call:
    api = api_of(path)
    return Call(api, path, prompt_of(api, body), headers, body)


def _fine(call: Call) -> str:
    found = _ANSWER.search(call.prompt)
    logprobs = wants_logprobs(call.api, call.body)
    return answer_body(call.api, found[1] if found else "fine", call.body, logprobs=logprobs)


async def _read(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes] | None:
    """Path, headers and body of the next request; none where the client is gone."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    content = await reader.readexactly(int(headers.get("content-length", 0)))
    return first.split(" ")[1], headers, content


def _message(status: int, body: str | bytes, extra: dict[str, str] | None = None) -> bytes:
    content = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}",
        "content-type: application/json",
        f"content-length: {len(content)}",
        *(f"{name}: {value}" for name, value in (extra or {}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST in place of FIN."""
    sock: socket.socket | None = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def main() -> None:
    """Serve in a process of its own until it is ended; its address is the first line it says."""
    options = argparse.ArgumentParser()
    options.add_argument("--delay-s", type=float, default=0.0)
    given = options.parse_args()

    async def serve() -> None:
        server = LlmServer(delay_s=given.delay_s)
        listening = await server.serve()
        print(server.root, flush=True)  # noqa: T201  # whoever started it waits for this line
        await listening.serve_forever()

    uvloop.run(serve())


if __name__ == "__main__":
    main()
