"""A database of its own for each test, copied from one that was migrated once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

Migrate = Callable[[str], Awaitable[None]]
"""Brings an empty database, given its DSN, to the newest schema."""


async def nothing_to_migrate(_dsn: str) -> None:
    """Leaves the database empty."""


class Databases:
    """Makes databases on one server; each migration's template is made once."""

    def __init__(self, admin_dsn: str) -> None:
        self._admin_dsn = admin_dsn
        self._templates: dict[Migrate, str] = {}

    @asynccontextmanager
    async def fresh(self, migrate: Migrate) -> AsyncIterator[str]:
        """A copy of the migrated template; yields its DSN and drops it after."""
        template = self._templates.get(migrate)
        if template is None:
            template = self._templates[migrate] = await self._make_template(migrate)
        name = f"test_{uuid4().hex}"
        await self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        try:
            yield self._dsn(name)
        finally:
            # FORCE: a failed test may leave a pool open, and that is not the news to tell.
            await self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def create(self) -> str:
        """The DSN of an empty database that lasts as long as its server."""
        name = f"test_{uuid4().hex}"
        await self._run(f'CREATE DATABASE "{name}"')
        return self._dsn(name)

    async def _make_template(self, migrate: Migrate) -> str:
        name = f"template_{uuid4().hex}"
        await self._run(f'CREATE DATABASE "{name}"')
        await migrate(self._dsn(name))
        return name

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self._admin_dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _dsn(self, name: str) -> str:
        return urlsplit(self._admin_dsn)._replace(path=f"/{name}").geturl()
