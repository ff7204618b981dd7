"""run-manager as a process of its own: one that tests share, or one that a test may kill."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from runoff_testkit.servers import Server, ServerMaker
from tests.integration.run_manager.office import Office
from tests.integration.run_manager.processes import ServiceProcess
from tests.integration.run_manager.streams import made_streams

MODULE = "runoff_run_manager"


@pytest.fixture(scope="module")
def shared_service(
    server_maker: ServerMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, ServiceProcess, Path]]:
    """A service that no test of the module kills."""
    folder = tmp_path_factory.mktemp("run-manager")
    server = server_maker.nats(folder / "nats")
    server.start()
    made_streams(server.url)
    service = ServiceProcess(MODULE, nats_url=server.url, folder=folder)
    try:
        service.start()
        yield server, service, folder
    finally:
        service.kill9()
        server.remove()


@pytest_asyncio.fixture
async def office(
    shared_service: tuple[Server, ServiceProcess, Path],
) -> AsyncIterator[Office]:
    """Whoever gives orders to the shared service."""
    server, service, folder = shared_service
    async with Office.open(server, service, folder) as opened:
        yield opened


@pytest_asyncio.fixture
async def own_office(nats_server: Server, tmp_path: Path) -> AsyncIterator[Office]:
    """A service and a NATS server that this test may kill; the service is not started yet."""
    made_streams(nats_server.url)
    service = ServiceProcess(
        MODULE, nats_url=nats_server.url, folder=tmp_path, env={"RUNOFF_QUEUE_LOOK_S": "0.2"}
    )
    try:
        async with Office.open(nats_server, service, tmp_path) as opened:
            yield opened
    finally:
        service.kill9()
