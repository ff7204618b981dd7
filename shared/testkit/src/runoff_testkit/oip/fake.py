"""A server of the Open Inference Protocol that misbehaves on order."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

import numpy as np

from runoff_testkit.http_wire import Request, head, listening, read_request, send
from runoff_testkit.oip.served import MODELS, Poisoned

FaultKind = Literal["status", "body", "reset", "stall", "half", "huge", "compressed"]
_CHUNK = b" " * 65536


@dataclass(frozen=True)
class Fault:
    """What happens to one request in place of its answer."""

    kind: FaultKind
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class FakeOip:
    """Serves `MODELS`; each fault ordered hits the next request whose path ends as it says."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Request] = []
        self.key: str | None = None
        """Where there is one, requests without it are refused with 401."""
        self.unready: set[str] = set()
        """Paths that answer 503: `/v2/health/ready`."""
        self._faults: deque[tuple[str, bytes, Fault]] = deque()
        self._stalled = asyncio.Event()

    def misbehave(self, *faults: Fault, on: str = "/infer", holding: bytes = b"") -> None:
        """Order faults, one a request whose path ends so and whose body holds this."""
        self._faults.extend((on, holding, fault) for fault in faults)

    def n_asked(self, end: str = "/infer") -> int:
        """Requests whose path ends so."""
        return sum(asked.path.endswith(end) for asked in self.asked)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        while True:
            request = await read_request(reader)
            self.asked.append(request)
            if (fault := self._fault(request)) is not None:
                if not await self._do(fault, writer):
                    return
                continue
            status, value = self._answer(request)
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            await send(writer, status, {}, body)

    def close(self) -> None:
        """Let go of requests that stall."""
        self._stalled.set()

    def _fault(self, request: Request) -> Fault | None:
        for place, (end, holding, fault) in enumerate(self._faults):
            if request.path.endswith(end) and holding in request.body:
                del self._faults[place]
                return fault
        return None

    async def _do(self, fault: Fault, writer: asyncio.StreamWriter) -> bool:
        """Misbehave; whether the connection lives on."""
        match fault.kind:
            case "status" | "body":
                await send(writer, fault.status, fault.headers, fault.body)
                return True
            case "reset":
                # Linger zero turns the close into a reset.
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, linger
                )
                writer.transport.abort()
            case "stall":
                await self._stalled.wait()
            case "half":
                writer.write(head(200, {}, 1000) + b'{"outputs": [')
                await writer.drain()
            case "compressed":
                await send(writer, 200, {"Content-Encoding": "gzip"}, b"\x1f\x8b" + b"\x00" * 20)
                return True
            case "huge":
                writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while True:
                    writer.write(b"%x\r\n%s\r\n" % (len(_CHUNK), _CHUNK))
                    await writer.drain()
        return False

    def _answer(self, request: Request) -> tuple[int, Any]:
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            said = f"you sent {request.headers.get('authorization')}"
            return 401, {"error": said}
        if request.path in self.unready:
            return 503, {"error": "still loading"}
        match request.path.strip("/").split("/"):
            case ["v2", "health", "ready"]:
                return 200, b""
            case ["v2", "models", name, *rest] if unquote(name) in MODELS:
                return self._of_model(unquote(name), rest, request)
            case ["v2", "models", name, *_]:
                return 404, {"error": f"Model {unquote(name)} not found"}
        return 404, {"error": "no such place"}

    def _of_model(self, name: str, rest: list[str], request: Request) -> tuple[int, Any]:
        model = MODELS[name]
        if rest[:1] == ["versions"]:
            if rest[1] != "v1":
                return 404, {"error": f"Model {name} with version {rest[1]} not found"}
            rest = rest[2:]
        if rest == ["ready"]:
            return 200, b""
        if rest == ["infer"]:
            return _inferred(name, json.loads(request.body))
        told = {"name": name, "versions": ["v1"], "platform": "", "inputs": model.inputs}
        return 200, {**told, "outputs": model.outputs}


def _inferred(name: str, body: Any) -> tuple[int, Any]:
    given = body["inputs"][0]
    kind = object if given["datatype"] == "BYTES" else np.float64
    if math.prod(given["shape"]) != len(given["data"]):
        return 400, {"error": "the data do not fill the shape"}
    try:
        found = MODELS[name].answer(np.array(given["data"], kind).reshape(given["shape"]))
    except Poisoned as error:
        return 400, {"error": str(error)}
    types = {"O": "BYTES", "i": "INT64", "f": "FP64"}
    outputs = [
        {
            "name": key,
            "shape": list(values.shape),
            "datatype": types[values.dtype.kind],
            "data": values.tolist(),
        }
        for key, values in found.items()
    ]
    return 200, {"model_name": name, "outputs": outputs}


@asynccontextmanager
async def fake_oip() -> AsyncIterator[FakeOip]:
    """A started server on loopback."""
    fake = FakeOip()
    async with listening(fake.serve) as fake.url:
        try:
            yield fake
        finally:
            fake.close()
