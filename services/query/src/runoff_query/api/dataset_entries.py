"""The route that reads a dataset's entries: in order, from any place on, with conditions."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from runoff_contracts.registry_views import DatasetEntryView
from runoff_contracts.views import Page
from runoff_objects.entry_set import EntryRow, EntrySet, open_entry_set
from runoff_query.api.parts import PartsOf
from runoff_query.api.reading import Cursor, FreshOf, Limit, make_cursor, read_cursor
from runoff_query.api.registry import version_meant

_SCAN_ENTRIES: Final = 500
_SCANS: Final = 100

router = APIRouter(tags=["registry"])


@dataclass(frozen=True)
class _Wanted:
    """Which entries are asked for."""

    split: str | None
    section: str | None
    find: str | None
    """In small letters."""

    @property
    def is_all(self) -> bool:
        return self.split is None and self.section is None and self.find is None

    def fits(self, row: EntryRow) -> bool:
        """Whether an entry is one of them."""
        return (
            self.split in {None, row.split}
            and self.section in {None, row.section}
            and (self.find is None or self.find in _words(row))
        )


@router.get("/datasets/{name}/entries", response_model=Page[DatasetEntryView])
async def list_dataset_entries(
    name: str,
    parts: PartsOf,
    fresh: FreshOf,
    version: Annotated[int | None, Query(ge=1, description="The newest where not given")] = None,
    split: str | None = None,
    section: str | None = None,
    find: Annotated[
        str | None,
        Query(min_length=1, max_length=200, description="In id, text or target, of any case"),
    ] = None,
    start: Annotated[int, Query(ge=0, le=2**31, description="From this place on, from 0")] = 0,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Entries in order; a page of a filtered list may hold fewer than `limit` and go on.

    A place is found without reading what is before it, so any part of a million is as near.
    """
    found = await version_meant(parts, name, version)
    behind = read_cursor(f"dataset:{found.digest}", cursor, int)
    entries = await open_entry_set(parts.objects, found.digest)
    wanted = _Wanted(split, section, None if find is None else find.casefold())
    index = int(behind[0] or 0) if behind else start
    items, following = await _scan(entries, index, limit, wanted)
    next_cursor = (
        make_cursor(f"dataset:{found.digest}", following) if following < found.n_entries else None
    )
    return fresh.answer(Page[DatasetEntryView](items=items, next_cursor=next_cursor))


async def _scan(
    entries: EntrySet, index: int, limit: int, wanted: _Wanted
) -> tuple[list[DatasetEntryView], int]:
    """Entries that fit, and the index to go on from; gives up early where few fit."""
    step = limit if wanted.is_all else max(limit, _SCAN_ENTRIES)
    items: list[DatasetEntryView] = []
    for _ in range(_SCANS):
        rows = await entries.rows(index, step) if index < entries.n_entries else []
        # Texts may be long, and there are hundreds of them.
        fitting = (
            range(len(rows)) if wanted.is_all else await asyncio.to_thread(_fitting, rows, wanted)
        )
        for at in fitting:
            if len(items) == limit:
                return items, index + at
            items.append(DatasetEntryView(index=index + at, **rows[at].model_dump()))
        index += len(rows)
        if len(items) == limit or not rows:
            break
    return items, index


def _fitting(rows: Sequence[EntryRow], wanted: _Wanted) -> list[int]:
    return [at for at, row in enumerate(rows) if wanted.fits(row)]


def _words(row: EntryRow) -> str:
    target = row.target
    if not isinstance(target, str | None):
        target = json.dumps(row.model_dump(include={"target"})["target"], ensure_ascii=False)
    return "\n".join(each for each in (row.id, row.text, target) if each).casefold()
