"""Comparison documents and their tables, of comparisons that no deletion took out."""

import asyncio
import re

import asyncpg
import pydantic_core

from runoff_contracts.comparison import ComparisonDocument
from runoff_objects.errors import BadArrays, ObjectDamaged, ObjectMissing
from runoff_query.api.parts import Parts
from runoff_query.api.problems import ProblemRaised, refuse, unknown
from runoff_query.compared.table import EntriesTable
from runoff_query.statements import statement

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


async def known_document(parts: Parts, digest: str) -> bytes:
    """The bytes as they were stored: whoever reads them can check the digest.

    Raises:
        ProblemRaised: When there is no such comparison (any more), or its document is gone.
    """
    return await _content(parts, digest, await _known(parts, digest))


async def read_document(parts: Parts, digest: str) -> ComparisonDocument:
    """The document, read.

    Raises:
        ProblemRaised: As `known_document`, and when it is of an earlier version.
    """
    content = await known_document(parts, digest)
    return await asyncio.to_thread(_read, digest, content)


async def known_table(parts: Parts, digest: str) -> tuple[str, EntriesTable]:
    """Digest and content of the table of a comparison's entries.

    Raises:
        ProblemRaised: As `read_document`, or when the table is gone.
    """
    row = await _known(parts, digest)

    async def read() -> str:
        found = await asyncio.to_thread(_entries_of, await _content(parts, digest, row))
        if found is None:
            raise _too_old(digest)
        return found

    # A document of a megabyte would be read for every page else.
    name = await parts.compared.named(digest, read)
    try:
        return name, await parts.compared.table(name)
    except (ObjectMissing, ObjectDamaged, BadArrays) as error:
        raise _lost("table of entries") from error


async def _known(parts: Parts, digest: str) -> asyncpg.Record:
    if not _DIGEST.fullmatch(digest):
        raise unknown("comparison", digest)
    row = await parts.pool.fetchrow(statement("read/comparison"), digest)
    if row is None:
        raise unknown("comparison", digest)
    return row


async def _content(parts: Parts, digest: str, row: asyncpg.Record) -> bytes:
    if row["first_document"] is not None:
        return str(row["first_document"]).encode()
    try:
        return await parts.objects.get(digest)
    except (ObjectMissing, ObjectDamaged) as error:
        raise _lost("document") from error


def _entries_of(content: bytes) -> str | None:
    document = pydantic_core.from_json(content)
    return str(document["entries"]) if document.get("version") == 2 else None


def _read(digest: str, content: bytes) -> ComparisonDocument:
    if _entries_of(content) is None:
        raise _too_old(digest)
    return ComparisonDocument.model_validate_json(content)


def _too_old(digest: str) -> ProblemRaised:
    return refuse(
        "comparison-too-old",
        "An earlier release made this comparison",
        409,
        f"Its document {digest} is served as it was. Compare its runs anew for the rest.",
    )


def _lost(what: str) -> ProblemRaised:
    return refuse(
        "comparison-lost",
        f"The {what} is not in the object store any more",
        404,
        "Compare the same contenders again to have it made anew.",
    )
