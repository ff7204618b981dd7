"""Brings a database to the schema of this release, one numbered file after the other.

A migration is applied once, in a transaction, and never edited: its digest is noted beside it.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import structlog

from runoff_query.database import LIVE, Connection
from runoff_query.errors import DatabaseTooNew, MigrationChanged
from runoff_query.statements import statement

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Migration:
    """A numbered file of statements."""

    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        """Of its text: an edited migration is told from the one that was applied."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def all_migrations() -> list[Migration]:
    """Every migration of this release, in the order in which they are applied."""
    folder = files("runoff_query") / "sql" / "migrations"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    return [
        Migration(
            int(name.partition("_")[0]),
            name.removesuffix(".sql"),
            folder.joinpath(name).read_text(encoding="utf-8"),
        )
        for name in names
    ]


async def migrate(connection: Connection) -> list[str]:
    """Apply what is missing to the live schema, all or nothing; answer the names applied.

    Raises:
        MigrationChanged: When an applied migration reads otherwise now.
        DatabaseTooNew: When a later release was here.
    """
    async with connection.transaction():
        await connection.execute(statement("meta/lock_migrations"))
        await connection.execute(statement("meta/create"))
        rows = await connection.fetch(statement("meta/applied_migrations"))
        applied = {int(row["number"]): str(row["digest"]) for row in rows}
        known = all_migrations()
        _check(applied, known)
        missing = [each for each in known if each.number not in applied]
        for migration in missing:
            await apply(connection, migration)
            await connection.execute(
                statement("meta/note_migration"), migration.number, migration.name, migration.digest
            )
    names = [each.name for each in missing]
    if names:
        logger.info("database.migrated", schema=LIVE, migrations=names)
    return names


async def apply(connection: Connection, migration: Migration) -> None:
    """Run one migration's statements in the schema of the connection's search path."""
    await connection.execute(migration.text)


def _check(applied: dict[int, str], known: list[Migration]) -> None:
    digests = {each.number: each for each in known}
    for number, digest in applied.items():
        if number not in digests:
            raise DatabaseTooNew(number)
        if digests[number].digest != digest:
            raise MigrationChanged(digests[number].name)
