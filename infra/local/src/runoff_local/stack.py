"""The whole of Runoff on one machine: start it, keep it up, stop it, find it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from runoff_local.bootstrap import run_once
from runoff_local.folder import StackFolder
from runoff_local.guardian import Guardian
from runoff_local.info import StackInfo
from runoff_local.keeper import Keeper, nobody_asked
from runoff_local.leases import LeaseBook
from runoff_local.leftovers import end_leftovers
from runoff_local.parent import when_stdin_closes
from runoff_local.ports import HOST, PortBook
from runoff_local.process import Launch, is_alive
from runoff_local.servers import Servers
from runoff_local.services import ServiceTable, Surroundings, choose_ports, launches, python
from runoff_local.settings import StackOptions
from runoff_local.supervisor import Supervisor, all_ready

# A guardian takes up to 3 s for each of three ranks when nothing listens to its signals.
_EARLIER_STACK_ENDS_WITHIN_S = 20.0


def run(
    options: StackOptions,
    *,
    on_ready: Callable[[StackInfo], None],
    on_step: Callable[[str], None] = lambda _line: None,
) -> int:
    """Start the stack, keep it up until SIGINT or SIGTERM, and return the exit code.

    Blocks; has to be called in the main thread, whose signal handlers it uses meanwhile.

    Args:
        options: What to start, and where.
        on_ready: Called once, when every process is ready.
        on_step: Gets a line for a person at each step.

    Returns:
        0 after a clean stop; else the exit code of the bootstrap step, whose output is on
        standard error then (3: it refuses to go on with this log).

    Raises:
        AlreadyRunning: Another stack has this folder.
        LocalStackError: The stack could not start; whatever was up has been ended.
    """
    folder = StackFolder(options.folder)
    folder.create()
    with folder.locked(wait_s=_EARLIER_STACK_ENDS_WITHIN_S) as lock_fd:
        end_leftovers(folder)
        return asyncio.run(_Stack(options, folder, lock_fd, on_ready, on_step).run())


def find(folder: Path) -> StackInfo | None:
    """The live stack on this folder, ready or still starting; None when there is none.

    Raises:
        FolderNotOurs: It is another user's.
    """
    stack_folder = StackFolder(folder)
    info = stack_folder.read_info()
    if info is None or not is_alive(info.pid) or not stack_folder.is_locked():
        return None
    return info


class _Stack:
    """One run of the stack, in its own event loop."""

    def __init__(
        self,
        options: StackOptions,
        folder: StackFolder,
        lock_fd: int,
        on_ready: Callable[[StackInfo], None],
        on_step: Callable[[str], None],
    ) -> None:
        self._options, self._folder = options, folder
        self._on_ready, self._tell_caller = on_ready, on_step
        self._mark = secrets.token_hex(8)
        self._guardian = Guardian(mark=self._mark, log=folder.log("guardian"), lock_fd=lock_fd)
        self._port_book = PortBook(folder.ports_file)
        self._ports = choose_ports(
            options.services, self._port_book, n_workers=options.workers, api_port=options.port
        )
        self._servers = Servers(options, folder, self._port_book)
        self._leases: LeaseBook | None = None
        self._stop_asked, self._hurry = asyncio.Event(), asyncio.Event()
        self._exit_code = 0
        self._failure: Exception | None = None
        self._info = StackInfo(
            folder=folder.path,
            pid=os.getpid(),
            api_url=f"http://{HOST}:{self._ports[options.services.api.name]}",
            web_url=_web_url(options.services, self._ports),
            nats_url="",
            nats_monitor_url=None,
            postgres_dsn="",
            object_store=folder.objects,
            started_at=datetime.now(UTC),
            ready=False,
        )

    async def run(self) -> int:
        """Up, and down again."""
        self._listen_for_stop()
        self._folder.write_info(self._info)
        self._guardian.ensure()
        try:
            async with asyncio.TaskGroup() as tasks:
                supervisor = Supervisor(
                    tasks,
                    folder=self._folder,
                    guardian=self._guardian,
                    policy=self._options.restarts,
                    on_change=lambda: self._tell(supervisor),
                    on_step=self._on_step,
                )
                starting = tasks.create_task(self._bring_up(supervisor))
                await self._stop_asked.wait()
                self._on_step("stopping")
                starting.cancel()
                await asyncio.wait({starting})
                await supervisor.stop(self._hurry)
                if self._leases:
                    await self._leases.close()
        finally:
            self._servers.close()
            self._port_book.close()
            self._guardian.close()
            self._folder.info_file.unlink(missing_ok=True)
        if self._failure:
            raise self._failure
        self._on_step("stopped")
        return self._exit_code

    async def _bring_up(self, supervisor: Supervisor) -> None:
        try:
            await self._start_servers(supervisor)
            self._leases = await LeaseBook.connect(self._servers.nats_url)
            self._exit_code = await self._bootstrap()
            if self._exit_code:
                self._stop_asked.set()
                return
            await self._start_services(supervisor, self._leases)
            self._info = replace(self._info, ready=True)
            self._tell(supervisor)
            self._on_ready(self._info)
        except Exception as error:  # on_ready is the caller's code: first stop, then pass it on
            self._failure = error
            self._stop_asked.set()

    async def _start_servers(self, supervisor: Supervisor) -> None:
        await self._servers.open()
        self._info = replace(
            self._info,
            nats_url=self._servers.nats_url,
            nats_monitor_url=self._servers.nats.monitor_url if self._servers.nats else None,
            postgres_dsn=self._servers.postgres_dsn,
        )
        groups = [supervisor.start([launch]) for launch in self._servers.launches(self._mark)]
        await all_ready(keeper for group in groups for keeper in group)

    async def _bootstrap(self) -> int:
        """Exit code of the bootstrap step; what it printed is passed on unless that is 0."""
        command = self._options.services.bootstrap
        if command is None:
            return 0
        flags = ("--accept-log",) if self._options.accept_log else ()
        launch = Launch(
            name="bootstrap",
            argv=python(*command, *flags),
            env=self._surroundings.env(with_postgres=True),
            is_ready=lambda _pid: True,
        )
        log = self._folder.log("bootstrap")
        code, output = await run_once(launch, log=log, guardian=self._guardian)
        if code:
            sys.stderr.write(f"{output}\n")
            sys.stderr.flush()
        self._on_step("bootstrap done" if code == 0 else f"bootstrap ended with code {code}")
        return code if code >= 0 else 1

    async def _start_services(self, supervisor: Supervisor, leases: LeaseBook) -> None:
        keepers: list[Keeper] = []
        for service in self._options.services.services:
            processes = launches(
                service,
                self._surroundings,
                ports=self._ports,
                n_workers=self._options.workers,
                api_url=self._info.api_url,
                web_url=self._info.web_url,
            )
            on_death = leases.hand_back if service.is_worker else nobody_asked
            keepers += supervisor.start(processes, on_death=on_death)
        await all_ready(keepers)

    @property
    def _surroundings(self) -> Surroundings:
        return Surroundings(
            nats_url=self._servers.nats_url,
            postgres_dsn=self._servers.postgres_dsn,
            object_store=self._folder.objects,
            mark=self._mark,
        )

    def _on_step(self, line: str) -> None:
        """Tell the caller, and keep it for whoever asks later why something was started again.

        A full disk and a closed terminal are no reason to let the processes go.
        """
        with contextlib.suppress(OSError), self._folder.log("stack").open("a") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")
        with contextlib.suppress(OSError):
            self._tell_caller(line)

    def _tell(self, supervisor: Supervisor) -> None:
        """Write down who is up now."""
        self._info = replace(self._info, processes=supervisor.processes)
        with contextlib.suppress(OSError):  # a full disk is no reason to let them go
            self._folder.write_info(self._info)

    def _listen_for_stop(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._ask_to_stop)
        if self._options.with_parent:
            when_stdin_closes(loop, self._stop_asked.set)

    def _ask_to_stop(self) -> None:
        if self._stop_asked.is_set():
            self._hurry.set()
        self._stop_asked.set()


def _web_url(services: ServiceTable, ports: Mapping[str, int]) -> str | None:
    return f"http://{HOST}:{ports[services.web.name]}" if services.web else None
