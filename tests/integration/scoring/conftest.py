"""scoring as a process of its own, and a log that is written by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import nats
import pytest
import pytest_asyncio

from runoff_eventlog.log import EventLog
from runoff_objects.store import Objects
from runoff_testkit.servers import Server, ServerMaker
from tests.integration.run_manager.processes import ServiceProcess
from tests.integration.run_manager.streams import made_streams
from tests.integration.scoring.runs import Runs
from tests.unit.scoring import functions

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def scoring(
    server_maker: ServerMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, ServiceProcess, Path]]:
    """A started service; a test that kills it starts it again."""
    folder = tmp_path_factory.mktemp("scoring")
    server = server_maker.nats(folder / "nats")
    server.start()
    made_streams(server.url)
    env = {"PYTHONPATH": str(ROOT), "RUNOFF_PYTHON_MODULES": functions.__name__}
    env["RUNOFF_SCORER_LIMIT_S"] = "3"
    service = ServiceProcess("runoff_scoring", nats_url=server.url, folder=folder, env=env)
    try:
        service.start()
        yield server, service, folder
    finally:
        service.kill9()
        server.remove()


@pytest_asyncio.fixture
async def runs(scoring: tuple[Server, ServiceProcess, Path]) -> AsyncIterator[Runs]:
    """Writes runs to the log and reads what scoring made of them."""
    server, service, folder = scoring
    nc = await nats.connect(server.url)
    log, objects = EventLog(nc, source="runoff/tests"), Objects.open(str(folder / "objects"))
    try:
        yield Runs(log, objects, folder / "objects", service)
    finally:
        await nc.close()
