"""Keeps groups of processes up and ends them in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable

from runoff_local.folder import StackFolder
from runoff_local.guardian import Guardian
from runoff_local.info import ProcessInfo
from runoff_local.keeper import Keeper, nobody_asked
from runoff_local.logs import trim
from runoff_local.process import Launch
from runoff_local.restarts import RestartPolicy

_GUARDIAN_EVERY_S = 1.0
_LOGS_EVERY_N = 30


class Supervisor:
    """All processes of one running stack."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        *,
        folder: StackFolder,
        guardian: Guardian,
        policy: RestartPolicy,
        on_change: Callable[[], None],
        on_step: Callable[[str], None],
    ) -> None:
        self._tasks, self._folder, self._guardian = tasks, folder, guardian
        self._policy, self._on_change, self._on_step = policy, on_change, on_step
        self._groups: list[list[Keeper]] = []
        self._looking_after = tasks.create_task(self._look_after())

    @property
    def processes(self) -> tuple[ProcessInfo, ...]:
        """Those that are up right now."""
        keepers = (keeper for group in self._groups for keeper in group)
        return tuple(keeper.info for keeper in keepers if keeper.info)

    def start(
        self,
        launches: Iterable[Launch],
        *,
        on_death: Callable[[int], Awaitable[None]] = nobody_asked,
    ) -> list[Keeper]:
        """Start a group at the same time and keep each up; groups stop in reverse order."""
        group: list[Keeper] = []
        self._groups.append(group)
        for launch in launches:
            log = self._folder.log(launch.name)
            trim(log)
            keeper = Keeper(
                launch,
                log=log,
                guardian=self._guardian,
                policy=self._policy,
                on_change=self._on_change,
                on_step=self._on_step,
                on_death=on_death,
            )
            group.append(keeper)
            self._tasks.create_task(keeper.keep())
        return group

    async def stop(self, hurry: asyncio.Event) -> None:
        """End all, the group that was started last first; quickly once `hurry` is set."""
        self._looking_after.cancel()
        for group in reversed(self._groups):
            async with asyncio.TaskGroup() as stopping:
                for keeper in group:
                    stopping.create_task(keeper.stop(hurry))

    async def _look_after(self) -> None:
        """Bring a killed guardian back, cut long logs."""
        n_rounds = 0
        while True:
            with contextlib.suppress(OSError):  # no memory, no disk: the next round may do better
                self._guardian.ensure()
                if n_rounds % _LOGS_EVERY_N == 0:
                    for log in self._folder.logs.glob("*.log"):
                        await asyncio.to_thread(trim, log)
            n_rounds += 1
            await asyncio.sleep(_GUARDIAN_EVERY_S)


async def all_ready(keepers: Iterable[Keeper]) -> None:
    """Wait until each has been ready once.

    Raises:
        ProcessDidNotStart: One of them never will be.
    """
    for keeper in keepers:
        await asyncio.shield(keeper.first_ready)
