"""Keeps one process up, and ends it when asked."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from runoff_local.errors import ProcessDidNotStart
from runoff_local.guardian import Guardian
from runoff_local.info import ProcessInfo
from runoff_local.process import Launch, created_at, kill_group, signal_one, spawn
from runoff_local.restarts import Backoff, RestartPolicy

_FIRST_POLL_S = 0.01
_MAX_POLL_S = 0.2
_HURRIED_S = 0.5
_LUCK = 1_000


async def nobody_asked(_pid: int) -> None:
    """What to do at a death when there is nothing to do."""


class Keeper:
    """One process of a running stack; `keep` is its life, in a task of its own."""

    def __init__(
        self,
        launch: Launch,
        *,
        log: Path,
        guardian: Guardian,
        policy: RestartPolicy,
        on_change: Callable[[], None],
        on_step: Callable[[str], None],
        on_death: Callable[[int], Awaitable[None]] = nobody_asked,
    ) -> None:
        self.launch = launch
        self.info: ProcessInfo | None = None
        """None while it is down."""
        self.first_ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done at the first ready answer; raises ProcessDidNotStart when there will be none."""
        self._log, self._guardian, self._policy = log, guardian, policy
        self._on_change, self._on_step, self._on_death = on_change, on_step, on_death
        self._stop_asked = asyncio.Event()
        self._ended = asyncio.Event()
        self._n_early_deaths = 0

    async def keep(self) -> None:
        """Start it again after every death, until `stop` or until it never starts at all."""
        backoff = Backoff(self._policy)
        loop = asyncio.get_running_loop()
        try:
            while not self._stop_asked.is_set():
                started = loop.time()
                reason = await self._live_once()
                if self._stop_asked.is_set() or self._gives_up(reason):
                    return
                luck = secrets.randbelow(_LUCK) / _LUCK
                delay_s = backoff.delay_s(up_s=loop.time() - started, luck=luck)
                self._on_step(f"{self.launch.name} ended: {reason}; again in {delay_s:.1f} s")
                await _happens_within(self._stop_asked, delay_s)
        finally:
            self.first_ready.cancel()
            self._ended.set()

    async def stop(self, hurry: asyncio.Event) -> None:
        """Ask it to end and wait; kill it at its deadline, or soon after `hurry` is set."""
        self._stop_asked.set()
        if self.info:
            signal_one(self.info.pid, self.launch.stop_signal)
        if not await self._ends_within(self.launch.stop_within_s, hurry):
            if self.info:
                self._on_step(f"{self.launch.name} did not end in time: killed")
                kill_group(self.info.pid)
            await self._ended.wait()

    async def _live_once(self) -> str:
        """One life; returns how it ended."""
        try:
            await asyncio.to_thread(self.launch.prepare)
            process = await spawn(self.launch, self._log)
        except OSError as error:
            return str(error)
        pid = process.pid
        try:
            self._guardian.watch(
                pid, stop_signal=self.launch.stop_signal, stop_rank=self.launch.stop_rank
            )
            self.info = ProcessInfo(self.launch.name, pid, self.launch.address, created_at(pid))
            self._on_change()
            if self._stop_asked.is_set():  # asked while it was being started
                signal_one(pid, self.launch.stop_signal)
            async with asyncio.TaskGroup() as tasks:
                probing = tasks.create_task(self._until_ready(pid))
                code = await process.wait()
                probing.cancel()
        finally:
            kill_group(pid)  # what it started itself and left behind
        self.info = None
        self._guardian.forget(pid)
        self._on_change()
        await self._on_death(pid)
        return f"exit code {code}" if code >= 0 else f"signal {-code}"

    async def _until_ready(self, pid: int) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._policy.ready_within_s
        poll_s = _FIRST_POLL_S
        while not await asyncio.to_thread(self.launch.is_ready, pid):
            if loop.time() > deadline:
                self._fail(f"not ready within {self._policy.ready_within_s:.0f} s")
            await asyncio.sleep(poll_s)
            poll_s = min(poll_s * 1.5, _MAX_POLL_S)
        again = " again" if self.first_ready.done() else ""
        self._on_step(f"{self.launch.name} up on {self.launch.address} (pid {pid}){again}")
        if not self.first_ready.done():
            self.first_ready.set_result(None)

    def _gives_up(self, reason: str) -> bool:
        if self.first_ready.done():
            return False
        self._n_early_deaths += 1
        if self._n_early_deaths < self._policy.tries_at_start:
            return False
        self._fail(reason)
        return True

    def _fail(self, reason: str) -> None:
        if not self.first_ready.done():
            error = ProcessDidNotStart(self.launch.name, reason=reason, log=self._log)
            self.first_ready.set_exception(error)
            self.first_ready.exception()  # seen: asyncio need not complain when nobody waits

    async def _ends_within(self, limit_s: float, hurry: asyncio.Event) -> bool:
        async with asyncio.TaskGroup() as tasks:
            ended = tasks.create_task(self._ended.wait())
            hurried = tasks.create_task(hurry.wait())
            await asyncio.wait(
                {ended, hurried}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED
            )
            ended.cancel()
            hurried.cancel()
        return self._ended.is_set() or (
            hurry.is_set() and await _happens_within(self._ended, _HURRIED_S)
        )


async def _happens_within(event: asyncio.Event, limit_s: float) -> bool:
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
