"""The API over real servers, with as many of the other services as a test needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest
import uvicorn
from nats.aio.client import Client
from pydantic import SecretStr

from runoff_eventlog.bootstrap import bootstrap
from runoff_eventlog.log import EventLog
from runoff_inference_worker.app import make_service as make_worker
from runoff_inference_worker.settings import WorkerSettings
from runoff_objects.store import Objects
from runoff_query.api.app import wire
from runoff_query.checkpoints import start_checkpoints
from runoff_query.database import Pool, make_pool
from runoff_query.projections import PROJECTIONS
from runoff_query.projector.app import make_service as make_projector
from runoff_query.settings import ApiSettings, DatabaseSettings
from runoff_run_manager.app import make_service as make_run_manager
from runoff_run_manager.settings import Settings as ManagerSettings
from runoff_runtime.broker import client_of
from runoff_runtime.process import Service
from runoff_scoring.app import make_service as make_scoring
from runoff_scoring.settings import Settings as ScoringSettings
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.query.scribe import Scribe

FUNCTIONS = "tests.contract.api.functions"
IN_SHARED_LOOP = pytest.mark.asyncio(loop_scope="module")
"""Goes with `idle_world` and `working_world`, which live in one event loop a file."""


@dataclass
class World:
    """The services that are up, and what a test does with them."""

    nats_server: Server
    dsn: str
    folder: Path
    http: httpx.AsyncClient
    pool: Pool
    nc: Client
    scribe: Scribe
    stack: AsyncExitStack = field(repr=False)

    @property
    def common(self) -> dict[str, Any]:
        """Settings of every service."""
        return {
            "nats_url": SecretStr(self.nats_server.url),
            "object_store": str(self.folder / "objects"),
        }

    @property
    def objects(self) -> Objects:
        """The object store of every service."""
        return Objects.open(str(self.folder / "objects"))

    async def start_run_manager(self) -> None:
        await self.stack.enter_async_context(
            running(make_run_manager(ManagerSettings(**self.common)))
        )

    async def start_worker(self) -> None:
        settings = WorkerSettings(
            **self.common, worker_name="worker-1", python_modules=(FUNCTIONS,)
        )
        await self.stack.enter_async_context(running(make_worker(settings)))

    async def start_scoring(self) -> None:
        await self.stack.enter_async_context(running(make_scoring(ScoringSettings(**self.common))))

    async def start_everything(self) -> None:
        await self.start_run_manager()
        await self.start_worker()
        await self.start_scoring()

    async def get(self, path: str, **params: object) -> Any:  # JSON, of the route's shape
        """What a GET answers, once everything in the log is projected."""
        asked = {"after": await self.scribe.log.last_seq(), **params}
        answer = await self.http.get(path, params=asked)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def register_texts(self, name: str, *texts: str) -> dict[str, Any]:
        """A dataset whose entries have their first letter as target."""
        rows = [
            {"id": f"e{place}", "text": text, "target": text[:1]}
            for place, text in enumerate(texts)
        ]
        answer = await self.http.post("/api/datasets", json={"name": name, "entries": rows})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


def problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """The problem that a request was answered with."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = dict(answer.json())
    assert found["type"] == f"urn:runoff:problem:{name}", found
    assert found["status"] == status
    return found


def wrong_fields(found: dict[str, Any]) -> dict[str, str]:
    """What is wrong with which field."""
    return {each["field"]: each["message"] for each in found["errors"]}


@asynccontextmanager
async def a_world(
    nats_server: Server, dsn: str, folder: Path, **settings: Any
) -> AsyncIterator[World]:
    """The API and a projector, over servers that are up."""
    async with AsyncExitStack() as stack:
        nc = await nats.connect(
            nats_server.url, reconnect_time_wait=0.05, max_reconnect_attempts=-1
        )
        stack.push_async_callback(nc.close)
        log_id = (await bootstrap(nc, None)).log_id
        pool = await stack.enter_async_context(
            make_pool(dsn, name="tests", size=3, statement_s=None)
        )
        async with pool.acquire() as connection:
            await start_checkpoints(connection, [each.name for each in PROJECTIONS], log_id)
        common: dict[str, Any] = {
            "nats_url": SecretStr(nats_server.url),
            "postgres_dsn": SecretStr(dsn),
            "object_store": str(folder / "objects"),
        }
        projector = make_projector(DatabaseSettings(**common))
        await stack.enter_async_context(running(projector))
        url = await stack.enter_async_context(serving(ApiSettings(**common, **settings)))
        # Plain HTTP: a world is not to read the roots of trust, which takes a tenth of its start.
        client = httpx.AsyncClient(base_url=url, timeout=30, verify=False)
        http = await stack.enter_async_context(client)
        scribe = Scribe(EventLog(nc, source="runoff/tests"))
        yield World(nats_server, dsn, folder, http, pool, nc, scribe, stack)


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    """A service without its health pages, within this loop."""
    await service.broker.start()
    try:
        async with _tasks(service):
            yield
    finally:
        await service.broker.stop()


@asynccontextmanager
async def serving(settings: ApiSettings) -> AsyncIterator[str]:
    """The API on a port of its own; yields its address."""
    wired = wire(settings)
    server = uvicorn.Server(
        uvicorn.Config(wired.app, port=0, log_config=None, timeout_graceful_shutdown=2)
    )
    task = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started or task.done(), what="the API's start")
        port = server.servers[0].sockets[0].getsockname()[1]
        async with _tasks(wired.service()):
            yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def _tasks(service: Service) -> AsyncIterator[None]:
    nc = client_of(service.broker)
    tasks = [asyncio.ensure_future(task(nc)) for task in service.tasks]
    try:
        yield
    finally:
        # `wait_for` of Python 3.11 loses a cancellation that comes with its result: cancel again.
        while left := [task for task in tasks if not task.done()]:
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=0.2)
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
