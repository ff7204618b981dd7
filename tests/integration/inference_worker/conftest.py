"""A server with the product's streams, a log, a store, and workers over it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client

from runoff_contracts import subjects
from runoff_contracts.event import Event
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import (
    AnswersTaken,
    Contender,
    DatasetUsed,
    RunCanceled,
    RunCreated,
    RunPaused,
)
from runoff_contracts.ids import new_run_id
from runoff_contracts.run_config import RunConfig
from runoff_contracts.signals import Paused
from runoff_contracts.work import WorkItem
from runoff_eventlog.bootstrap import bootstrap
from runoff_eventlog.errors import LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_inference_worker.app import make_kit, make_loops
from runoff_inference_worker.provider import Kit
from runoff_inference_worker.settings import WorkerSettings
from runoff_objects.entry_set import EntryRow, EntrySetWriter
from runoff_objects.store import Objects
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually

FUNCTIONS = "tests.integration.inference_worker.functions"
DIGEST = "sha256:" + "0" * 64


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    async def ignore(error: Exception) -> None:
        """Losing the server is what some tests are about."""

    nc = await nats.connect(
        url, reconnect_time_wait=0.02, max_reconnect_attempts=-1, error_cb=ignore
    )
    try:
        yield nc
    finally:
        with suppress(OSError):
            await nc.close()


@dataclass
class Bench:
    """What a test does to workers: make runs, hand out work, read the log."""

    url: str
    nc: Client
    log: EventLog
    objects: Objects
    folder: Path

    def settings(self, **given: Any) -> WorkerSettings:  # as WorkerSettings takes them
        chosen = {
            "object_store": str(self.folder),
            "python_modules": FUNCTIONS,
            "worker_name": "worker-1",
            "nats_url": self.url,
            "stop_grace_s": 0.2,
        }
        return WorkerSettings(**{**chosen, **given})

    @asynccontextmanager
    async def worker(self, **given: Any) -> AsyncIterator[Kit]:  # as `settings`
        """A worker in this process, over a connection of its own."""
        kit = make_kit(self.settings(**given))
        async with connected(self.url) as nc:
            task = asyncio.ensure_future(make_loops(nc, kit).consumer.run())
            try:
                yield kit
            finally:
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled() or task.exception() is None

    async def run(
        self,
        rows: Sequence[EntryRow],
        *contenders: Contender | str,
        config: RunConfig | None = None,
        answers_from: AnswersTaken | None = None,
        **named: Any,  # any field of RunCreated
    ) -> str:
        """A run in the log; a contender may be the name of a function."""
        writer = EntrySetWriter(self.objects)
        await writer.add(list(rows))
        entries = await writer.finish()
        run_id = new_run_id()
        fields = {
            "run_id": run_id,
            "command_id": str(uuid4()),
            "task": "classification",
            "dataset": DatasetUsed(dataset="texts", number=1, digest=entries.digest),
            "entries": entries.digest,
            "n_entries": len(rows),
            "contenders": [
                python(each, place) if isinstance(each, str) else each
                for place, each in enumerate(contenders)
            ],
            "scorers": [],
            "config": config or RunConfig(),
            "priority": "normal",
            "answers_from": answers_from,
            "created_at": datetime.now(UTC),
        }
        created = RunCreated.model_validate(fields | named)
        await self.log.append(
            subjects.lifecycle(run_id), [created], append_id=f"{run_id}:created", expected_seq=0
        )
        return run_id

    async def say(self, run_id: str, event: Event) -> int:
        """Append to a run's lifecycle."""
        subject = subjects.lifecycle(run_id)
        last = await self.log.last(subject)
        assert last is not None
        append_id = f"{run_id}:{event.type}:{last.seq}"
        appended = await self.log.append(
            subject, [event], append_id=append_id, expected_seq=last.seq
        )
        return appended.seq

    async def pause(self, run_id: str, *, signal: bool = True) -> int:
        """Say it in the log, and to the workers as run-manager does."""
        seq = await self.say(run_id, RunPaused(run_id=run_id, paused_at=datetime.now(UTC)))
        if signal:
            told = Paused(lifecycle_seq=seq).model_dump_json().encode()
            await self.nc.publish(subjects.paused(run_id), told)
        return seq

    async def cancel(self, run_id: str, *, signal: bool = True) -> None:
        await self.say(run_id, RunCanceled(run_id=run_id, canceled_at=datetime.now(UTC)))
        if signal:
            await self.nc.publish(subjects.canceled(run_id), b"")

    async def hand_out(
        self,
        run_id: str,
        slice_: int,
        *,
        start: int,
        n: int,
        priority: str = "normal",
        headers: dict[str, str] | None = None,
        lifecycle_seq: int = 0,
    ) -> None:
        item = WorkItem(run_id=run_id, slice=slice_, start=start, n=n, lifecycle_seq=lifecycle_seq)
        await self.nc.jetstream().publish(
            subjects.work(priority, run_id, slice_),
            item.model_dump_json().encode(),
            headers=headers,
        )

    async def slice(self, run_id: str, slice_: int, *, deadline_s: float = 10.0) -> Message:
        """The slice, once it is in the log."""

        async def find() -> Message | None:
            with suppress(LogUnavailable):
                return await self.log.last(subjects.processed(run_id, slice_))
            return None

        found = await eventually(find, deadline_s=deadline_s, what=f"slice {slice_} in the log")
        assert found is not None
        return found

    async def n_queued(self) -> int:
        return int((await self.nc.jetstream().stream_info("WORK")).state.messages)

    async def queue_is_empty(self, *, deadline_s: float = 10.0) -> None:
        async def empty() -> bool:
            return await self.n_queued() == 0

        await eventually(empty, deadline_s=deadline_s, what="an empty work queue")


def python(function: str, position: int = 0) -> Contender:
    return Contender(position=position, model=f"python/{FUNCTIONS}:{function}", digest=DIGEST)


def texts(n_entries: int) -> list[EntryRow]:
    return [EntryRow(id=f"text-{place}", text=f"t{place}") for place in range(n_entries)]


def facts(message: Message) -> list[EntryProcessed]:
    return [event for _, event in message.events() if isinstance(event, EntryProcessed)]


@pytest_asyncio.fixture
async def bench(nats_server: Server, tmp_path: Path) -> AsyncIterator[Bench]:
    folder = tmp_path / "objects"
    async with connected(nats_server.url) as nc:
        await bootstrap(nc, None)
        log = EventLog(nc, source="runoff/tests")
        yield Bench(nats_server.url, nc, log, Objects.open(str(folder)), folder)


class Asked:
    """What the functions of the tests were asked, in all processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()

    def release(self) -> None:
        """Let `when_released` answer."""
        self._path.with_name(f"{self._path.name}.released").touch()

    def __call__(self) -> list[str]:
        return self._path.read_text().split()


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    path = tmp_path / "asked.txt"
    monkeypatch.setenv("RUNOFF_TEST_ASKED", str(path))
    return Asked(path)
