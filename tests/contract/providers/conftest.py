"""Servers that models are behind: MLServer, and one that misbehaves on order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from runoff_inference_worker.http_calls import Http
from runoff_inference_worker.provider import Kit
from runoff_testkit.oip.fake import FakeOip, fake_oip
from runoff_testkit.oip.mlserver import NotInstallable, mlserver
from tests.unit.inference_worker.making import a_kit


@pytest.fixture(scope="session")
def mlserver_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server of the protocol."""
    try:
        with mlserver(tmp_path_factory.mktemp("mlserver")) as url:
            yield url
    except NotInstallable as error:
        pytest.skip(f"MLServer cannot be installed here: {error}")


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeOip]:
    """A server that does as it is told, good or bad."""
    async with fake_oip() as server:
        yield server


@pytest_asyncio.fixture
async def kit(tmp_path: Path) -> AsyncIterator[Kit]:
    """What providers work with, and its connections closed in the end."""
    made = a_kit(tmp_path)
    yield made
    for shared in made.shared.values():
        if isinstance(shared, Http):
            await shared.close()
