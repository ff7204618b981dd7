"""A dataset taken in: every row is checked before anything is stored."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from runoff_contracts.problem import FieldError
from runoff_contracts.task import Task
from runoff_objects.entry_set import EntryRow, EntrySet, EntrySetWriter
from runoff_objects.store import Objects
from runoff_query.api.problems import ProblemRaised, refuse
from runoff_query.registering.manifest import Found
from runoff_query.registering.rows import Row, RowChecker, Size, safe_path

MAX_ERRORS: Final = 1000
_ROWS_AT_ONCE: Final = 500
_BYTES_AT_ONCE: Final = 8 * 1024 * 1024
_PUTS_AT_ONCE: Final = 8


@dataclass(frozen=True)
class Source:
    """A manifest that can be read more than once, and the files beside it."""

    rows: Callable[[], Iterator[Found]]
    task: Task
    size_of: Size | None = None
    read: Callable[[str], bytes] | None = None
    errors: list[FieldError] = field(default_factory=list)
    """What was wrong before the first row."""


async def check(source: Source) -> list[str] | None:
    """Read every row of a source and say everything that is wrong; else what every row has.

    Raises:
        ProblemRaised: 422 with the rows that are wrong, or because there is none.
    """
    checker = RowChecker(source.size_of, source.task)
    errors, n_errors, n_rows = await asyncio.to_thread(_check_all, source, checker)
    if n_errors:
        raise _wrong(errors, n_errors)
    if n_rows == 0:
        raise refuse(
            "empty-dataset",
            "The dataset has no entries",
            422,
            "The manifest needs at least one row.",
        )
    return checker.fields


async def store(source: Source, objects: Objects) -> EntrySet:
    """Store a checked source: its files, then its rows under one digest."""
    writer = EntrySetWriter(objects)
    digests: dict[str, str] = {}
    rows = _rows(source)
    while chunk := await asyncio.to_thread(lambda: list(islice(rows, _ROWS_AT_ONCE))):
        await _store_files(chunk, source, objects, digests)
        await writer.add([_entry(row, digests) for row in chunk])
    return await writer.finish()


def _check_all(source: Source, checker: RowChecker) -> tuple[list[FieldError], int, int]:
    errors = source.errors[:MAX_ERRORS]
    n_errors, n_rows = len(source.errors), 0
    for found in source.rows():
        if isinstance(found, FieldError):
            wrong = [found]
        else:
            place, raw = found
            checked = checker.check(raw, place)
            wrong = checked if isinstance(checked, list) else []
        n_rows += 1
        n_errors += len(wrong)
        errors += wrong[: MAX_ERRORS - len(errors)]
    return errors, n_errors, n_rows


def _wrong(errors: list[FieldError], n_errors: int) -> ProblemRaised:
    listed = "" if n_errors == len(errors) else f" The first {len(errors)} are listed."
    return refuse(
        "bad-manifest",
        "The manifest has mistakes",
        422,
        f"{n_errors} found; nothing was registered.{listed}",
        errors=errors,
    )


def _rows(source: Source) -> Iterator[Row]:
    for found in source.rows():
        if not isinstance(found, FieldError):
            yield Row.read(found[1], source.task)


async def _store_files(
    rows: list[Row], source: Source, objects: Objects, digests: dict[str, str]
) -> None:
    """Store the files of these rows that are not stored yet, a few megabytes at a time."""
    names = {name: None for row in rows if (name := _name(row)) and name not in digests}
    todo = list(names)
    while todo:
        part = await asyncio.to_thread(_read_some, source, todo)
        del todo[: len(part)]
        slots = asyncio.Semaphore(_PUTS_AT_ONCE)

        async def put(name: str, content: bytes, slots: asyncio.Semaphore = slots) -> None:
            async with slots:
                digests[name] = await objects.put(content)

        async with asyncio.TaskGroup() as group:
            for name, content in part:
                group.create_task(put(name, content))


def _read_some(source: Source, names: list[str]) -> list[tuple[str, bytes]]:
    if source.read is None:
        return []
    part: list[tuple[str, bytes]] = []
    n_bytes = 0
    for name in names:
        content = source.read(name)
        part.append((name, content))
        n_bytes += len(content)
        if n_bytes >= _BYTES_AT_ONCE:
            break
    return part


def _name(row: Row) -> str | None:
    return None if row.file is None else safe_path(row.file)


def _entry(row: Row, digests: dict[str, str]) -> EntryRow:
    name = _name(row)
    fields = row.model_dump(exclude={"file"}, exclude_none=True)
    return EntryRow(**fields, file=None if name is None else digests[name])
