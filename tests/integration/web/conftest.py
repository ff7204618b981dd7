"""The pages over a real API, a real log and real read models."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from runoff_testkit.databases import Databases, Migrate
from runoff_testkit.servers import Server, ServerMaker
from runoff_web.app import make_app
from runoff_web.settings import WebSettings
from tests.contract.api.conftest import migrated, shared_world
from tests.contract.api.running import World, a_world


@pytest.fixture(scope="session")
def migrate_template() -> Migrate:
    return migrated


@pytest_asyncio.fixture
async def world(nats_server: Server, fresh_database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(nats_server, fresh_database, tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def pages(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the pages, without a browser around it."""
    async with _pages_of(world) as http:
        yield http


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def idle_world(
    server_maker: ServerMaker, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """For tests marked `IN_SHARED_LOOP` that do not mind what others of their file have made."""
    async with shared_world(server_maker, databases, tmp_path_factory) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def idle_pages(idle_world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the pages over `idle_world`; it keeps the cookies that it is given."""
    async with _pages_of(idle_world) as http:
        yield http


@asynccontextmanager
async def _pages_of(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app, parts = make_app(WebSettings(api_url=str(world.http.base_url)))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8701") as http:
        yield http
    parts.client.close()
