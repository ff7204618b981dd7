"""The pages over a real API, a real log and real read models."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from runoff_testkit.databases import Migrate
from runoff_testkit.servers import Server
from runoff_web.app import make_app
from runoff_web.settings import WebSettings
from tests.contract.api.conftest import _migrate
from tests.contract.api.running import World, a_world


@pytest.fixture(scope="session")
def migrate_template() -> Migrate:
    return _migrate


@pytest_asyncio.fixture
async def world(nats_server: Server, fresh_database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(nats_server, fresh_database, tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def pages(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the pages, without a browser around it."""
    app, parts = make_app(WebSettings(api_url=str(world.http.base_url)))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8701") as http:
        yield http
    parts.client.close()
