"""The service's side of a function's process: calls are written ahead, replies awaited one by one.

A reply that does not come within the limit, and an end of the process, cost the one call that was
under way; the process is killed, and the next call finds a new one.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pydantic import JsonValue

START_S = 20.0
"""Wait for the interpreter and the function's imports."""
_BREATH = 200
"""Replies that are read before others get their turn on the loop."""


class Unusable(Exception):
    """The function cannot be had; `field` is of the scorer as it was asked for."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Function:
    """What a process is for."""

    name: str
    arguments: Mapping[str, JsonValue]
    path: tuple[str, ...]
    """Folders that its module is looked for in, after all installed ones."""


@dataclass(frozen=True)
class Outcomes:
    """Replies of the first calls, and why the call after them has none."""

    values: list[float | str]
    lost: str | None = None


class FunctionProcess:
    """One function, one call at a time; started when it is wanted."""

    def __init__(self, function: Function, *, limit_s: float) -> None:
        """`limit_s` is the time that one call may take."""
        self.lock = asyncio.Lock()
        """Held by whoever calls."""
        self._function, self._limit_s = function, limit_s
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it where it is not up.

        Raises:
            Unusable: When the function cannot be imported or called so.
        """
        if self._process is not None and self._process.returncode is None:
            return
        name = self._function.name
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "runoff_scoring.own.child"), stdin=PIPE, stdout=PIPE
        )
        stdin, stdout = _pipes(process)
        order = {"name": name, "arguments": self._function.arguments, "path": self._function.path}
        stdin.write(json.dumps(order).encode() + b"\n")
        try:
            async with asyncio.timeout(START_S):
                reply = await stdout.readline()
        except TimeoutError as error:
            await self.kill()
            raise Unusable("name", f"{name} was not imported within {START_S:g} s") from error
        if not reply:
            raise Unusable("name", f"importing {name} ended its process: {await self._end()}")
        wrong = json.loads(reply)
        if wrong:
            await self.kill()
            raise Unusable(wrong["field"], wrong["message"])

    async def call(self, calls: Sequence[bytes]) -> Outcomes:
        """Call for one after another, until one is lost.

        Args:
            calls: Of each the answer and the target, as one line of JSON.

        Raises:
            Unusable: As `start`.
        """
        await self.start()
        try:
            return await self._replies(calls)
        except asyncio.CancelledError:
            await self.kill()  # whoever calls next would read what was meant for this one
            raise

    async def _replies(self, calls: Sequence[bytes]) -> Outcomes:
        assert self._process is not None
        stdin, stdout = _pipes(self._process)
        values: list[float | str] = []
        async with asyncio.TaskGroup() as group:
            group.create_task(_write(stdin, b"".join(calls)))
            for place in range(len(calls)):
                try:
                    async with asyncio.timeout(self._limit_s):
                        reply = await stdout.readline()
                except TimeoutError:
                    await self.kill()
                    return Outcomes(values, f"the function took longer than {self._limit_s:g} s")
                if not reply.endswith(b"\n"):
                    return Outcomes(values, f"the function ended its process: {await self._end()}")
                values.append(json.loads(reply))
                if place % _BREATH == _BREATH - 1:
                    await asyncio.sleep(0)
        return Outcomes(values)

    async def kill(self) -> None:
        """End it, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _end(self) -> str:
        """How it ended; it closed its output, so that it is to end now."""
        process = self._process
        assert process is not None
        try:
            async with asyncio.timeout(self._limit_s):
                code = await process.wait()
        except TimeoutError:
            code = None
        await self.kill()
        if code is None:
            return "it closed its output"
        return f"exit code {code}" if code >= 0 else f"killed by signal {-code}"


async def _write(stdin: asyncio.StreamWriter, calls: bytes) -> None:
    with suppress(ConnectionError):  # it ended: the reader of its replies says so
        stdin.write(calls)
        await stdin.drain()


def _pipes(process: Process) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout
