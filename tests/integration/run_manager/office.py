"""Gives orders to run-manager, and looks up in the log what came of them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

import nats
from nats.aio.client import Client

from runoff_contracts import subjects
from runoff_contracts.commands import (
    Accepted,
    CancelRun,
    Command,
    CreateRun,
    DeleteRun,
    RegisterDataset,
)
from runoff_contracts.event import Event
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.ids import new_run_id
from runoff_contracts.problem import Problem
from runoff_contracts.task import Task
from runoff_eventlog.errors import LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_objects.entry_set import EntryRow, EntrySetWriter
from runoff_objects.store import Objects
from runoff_run_manager.slicing import FIRST_SLICE
from runoff_runtime.commands import ask
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.checker import Checker
from tests.integration.run_manager.processes import ServiceProcess

SLICE = FIRST_SLICE
"""Entries of a slice as long as a crew says that each took a second."""
AnyCommand = TypeVar("AnyCommand", bound=Command)
_LONG_S = 60.0


@dataclass
class Office:
    """One client of run-manager."""

    server: Server
    service: ServiceProcess
    nc: Client
    log: EventLog
    objects: Objects
    checker: Checker

    @classmethod
    @asynccontextmanager
    async def open(
        cls, server: Server, service: ServiceProcess, folder: Path
    ) -> AsyncIterator[Self]:
        """Connected for as long as the block lasts."""
        nc = await nats.connect(server.url, reconnect_time_wait=0.05, max_reconnect_attempts=-1)
        objects, checker = Objects.open(str(folder / "objects")), Checker()
        log = EventLog(nc, source="runoff/tests")
        try:
            async with checker.answering(nc):
                yield cls(server, service, nc, log, objects, checker)
        finally:
            await nc.close()

    async def order(self, command: type[AnyCommand], **fields: Any) -> Accepted | Problem:
        """Send a command; what it does not name is filled in."""
        made = command.model_validate(
            {"command_id": uuid.uuid4().hex, "sent_at": datetime.now(UTC)} | fields
        )
        outcome = (await ask(self.nc, made, timeout_s=20)).outcome
        return outcome if isinstance(outcome, Accepted) else outcome.problem

    async def dataset(
        self, n_entries: int, *, fields: list[str] | None = None, task: Task = "classification"
    ) -> str:
        """Register a dataset of so many texts."""
        writer = EntrySetWriter(self.objects)
        await writer.add([EntryRow(id=f"e{index}", text="t") for index in range(n_entries)])
        entries = await writer.finish()
        name = f"texts-{n_entries}" if task == "classification" else f"{task}-{n_entries}"
        done = await self.order(
            RegisterDataset,
            dataset=name,
            task=task,
            entries=entries.digest,
            n_entries=n_entries,
            splits={},
            sections={},
            fields=fields,
        )
        assert isinstance(done, Accepted), done
        return name

    async def launch(self, n_entries: int, **fields: Any) -> str:
        """Launch a run of two models over so many texts."""
        run_id = new_run_id()
        command = {
            "run_id": run_id,
            "dataset": await self.dataset(n_entries),
            "models": ["python/m:f", "python/m:g"],
        }
        done = await self.order(CreateRun, **(command | fields))
        assert isinstance(done, Accepted), done
        return run_id

    async def cancel(self, run_id: str) -> Accepted | Problem:
        """Order it."""
        return await self.order(CancelRun, run_id=run_id)

    async def delete(self, run_id: str) -> Accepted | Problem:
        """Order it."""
        return await self.order(DeleteRun, run_id=run_id)

    async def lifecycle(self, run_id: str) -> list[Event]:
        """What became of a run."""
        messages = await self.log.read(subjects.lifecycle(run_id))
        return [event for message in messages for _, event in message.events()]

    async def said(self, run_id: str) -> list[str]:
        """The types of what became of a run."""
        return [event.type for event in await self.lifecycle(run_id)]

    async def until(self, run_id: str, type_: str, *, deadline_s: float = _LONG_S) -> None:
        """Wait until the lifecycle has an event of that type; keep the service up meanwhile."""

        async def there() -> bool:
            self.service.revive()
            try:
                return type_ in await self.said(run_id)
            except LogUnavailable:
                return False

        await eventually(there, deadline_s=deadline_s, what=f"{type_} of {run_id}")

    async def queued(self) -> Counter[str]:
        """How many work items of each run are in the queue."""
        info = await self.log.js.stream_info(subjects.WORK_STREAM, subjects_filter="work.>")
        counts: Counter[str] = Counter()
        for subject, n in (info.state.subjects or {}).items():
            counts[subject.split(".")[2]] += n
        return counts

    async def n_processed(self, run_id: str) -> int:
        """Slices of a run that the log has."""
        return len(await self.log.read(subjects.processed_of(run_id)))

    async def entries(self, run_id: str) -> list[int]:
        """Indexes of all entries that were processed, in order of their slices."""
        messages = await self.log.read(subjects.processed_of(run_id))
        return sorted(
            event.index
            for message in messages
            for _, event in message.events()
            if isinstance(event, EntryProcessed)
        )


def settlements(said: Sequence[str]) -> list[str]:
    """Of the types in a lifecycle, those that settle a run."""
    return [each for each in said if each in {"run.completed", "run.failed", "run.canceled"}]
