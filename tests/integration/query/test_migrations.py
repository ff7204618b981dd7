"""Migrations, and the schema that they come to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pydantic_core
import pytest
import pytest_asyncio

from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_query.database import LIVE, Connection, connect
from runoff_query.errors import DatabaseTooNew, MigrationChanged
from runoff_query.migrations import all_migrations, migrate
from runoff_query.statements import statement
from runoff_testkit.databases import Databases, nothing_to_migrate

SHAPE = """
SELECT 'column', table_name, column_name, ordinal_position::text, data_type, is_nullable,
       coalesce(column_default, '')
  FROM information_schema.columns WHERE table_schema = $1
 UNION ALL
SELECT 'index', tablename, indexname, '', replace(indexdef, $1 || '.', ''), '', ''
  FROM pg_indexes WHERE schemaname = $1
 UNION ALL
SELECT 'constraint', t.relname, c.conname, '', pg_get_constraintdef(c.oid), '', ''
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
 WHERE t.relnamespace = $1::regnamespace
 UNION ALL
SELECT 'table', relname, '', '', coalesce(reloptions::text, ''), '', ''
  FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'
"""


TARGET = 'a "b" \\ é\n\x01 \x7f 漢'
BEFORE = """
INSERT INTO runs VALUES (
    '00000000-0000-7000-8000-000000000000', 1, 1, 'completed', 'classification', 'd', 1, 'x', NULL,
    'y', 2, 2, 2, 0, '{}', 'normal', NULL, '{}', NULL, now(), now(), now());
INSERT INTO run_contenders VALUES (
    '00000000-0000-7000-8000-000000000000', 0, 'onnx/net', 1, 'x', 7, 1, 7, 6, 100);
INSERT INTO run_contenders VALUES (
    '00000000-0000-7000-8000-000000000000', 1, 'upload/old', 1, 'x', 7, 1, 7, 6, 100);
INSERT INTO run_metrics VALUES
    ('00000000-0000-7000-8000-000000000000', 0, 'accuracy', 0.5),
    ('00000000-0000-7000-8000-000000000000', 1, 'accuracy', 0.75);
INSERT INTO entries VALUES (
    '00000000-0000-7000-8000-000000000000', 0, 'a', false, %s, NULL, NULL, NULL, '[]');
INSERT INTO entries VALUES (
    '00000000-0000-7000-8000-000000000000', 1, 'b', false, NULL, NULL, NULL, NULL, '[]');
""" % ("'" + TARGET + "'")
"""What the projector of the first schema wrote."""


@pytest_asyncio.fixture
async def empty(databases: Databases) -> AsyncIterator[Connection]:
    async with databases.fresh(nothing_to_migrate) as dsn:
        connection = await connect(dsn, name="tests")
        try:
            yield connection
        finally:
            await connection.close()


async def test_the_schema_file_is_what_all_migrations_come_to(empty: Connection) -> None:
    """A rebuild makes its tables from the file; they have to be those of a migrated database."""
    await migrate(empty)
    await empty.execute("CREATE SCHEMA made; SET search_path TO made;" + statement("schema"))

    assert await _shape(empty, "made") == await _shape(empty, LIVE)


async def test_migrations_are_applied_once(empty: Connection) -> None:
    """The bootstrap runs at every start."""
    first = await migrate(empty)

    assert first == [each.name for each in all_migrations()]
    assert await migrate(empty) == []


async def test_rows_of_the_release_before_become_what_a_rebuild_would_write(
    empty: Connection,
) -> None:
    """Whoever upgrades keeps their tables, and a rebuild finds them equal."""
    first, *_ = all_migrations()
    await empty.execute(f"CREATE SCHEMA IF NOT EXISTS {LIVE}")
    await empty.execute(statement("meta/create"))
    await empty.execute(statement("meta/note_migration"), 1, first.name, first.digest)
    await empty.execute(first.text)
    await empty.execute(BEFORE)
    await migrate(empty)

    targets = [
        row["target"] for row in await empty.fetch("SELECT target FROM entries ORDER BY index")
    ]
    run = await empty.fetchrow("SELECT * FROM runs")
    contender = await empty.fetchrow("SELECT * FROM run_contenders ORDER BY position")
    ranges = await empty.fetch("SELECT * FROM run_ranges")
    assert targets == [pydantic_core.to_json(TARGET).decode(), None]
    assert run is not None
    assert (
        run["scorers"] == pydantic_core.to_json([ScorerUsed(name="accuracy", version=1)]).decode()
    )
    assert run["start_at"] is run["answers_from"] is run["report"] is None
    assert contender is not None
    assert (contender["primary_scorer"], contender["n_timed"]) == ("accuracy", 7)
    assert contender["n_priced"] == contender["n_metered"] == 0
    assert run["kind"] == "analyze"
    assert [tuple(row) for row in ranges] == [("accuracy", 1, 0.5, 0.75, 0.625)]


async def test_an_edited_migration_is_refused(empty: Connection) -> None:
    """Databases that applied the former text would differ from new ones for ever."""
    await migrate(empty)
    await empty.execute("UPDATE runoff_meta.migrations SET digest = 'other'")

    with pytest.raises(MigrationChanged, match="0001"):
        await migrate(empty)


async def test_a_database_of_a_later_release_is_refused(empty: Connection) -> None:
    """An older release would write rows that the later schema does not mean."""
    await migrate(empty)
    await empty.execute("INSERT INTO runoff_meta.migrations VALUES (9999, 'later', 'x')")

    with pytest.raises(DatabaseTooNew, match="9999"):
        await migrate(empty)


async def _shape(connection: Connection, schema: str) -> set[asyncpg.Record]:
    return set(await connection.fetch(SHAPE, schema))
