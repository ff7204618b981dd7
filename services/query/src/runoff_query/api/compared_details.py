"""What stands beside compared entries: what was asked, reviews, and further versions of answers."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from runoff_contracts.compared_entries import ComparedEntryView, ComparedVersionView
from runoff_contracts.views import ReviewView
from runoff_objects.entry_set import EntryRow, open_entry_set
from runoff_objects.errors import ObjectDamaged, ObjectMissing
from runoff_query.api.parts import Parts
from runoff_query.api.reviews import reviews_of
from runoff_query.api.run_queries import read_json
from runoff_query.compared.order import Places
from runoff_query.compared.table import EntriesTable
from runoff_query.statements import statement

MAX_DETAILED = 100
"""Entries of a page with details: what was asked is read out of as many chunks of a set."""
MAX_TEXT = 2000
_MOST_VERSIONS = 5000

_Key = tuple[str, int, int]
"""Run, index of the entry, position of the contender."""


async def with_details(
    parts: Parts, table: EntriesTable, places: Places, items: Sequence[ComparedEntryView]
) -> list[ComparedEntryView]:
    """The same entries, filled in; each run is asked once for all of them."""
    reviews: dict[_Key, ReviewView] = {}
    versions: dict[_Key, list[ComparedVersionView]] = {}
    for run_id, contender in {each[0]: at for at, each in enumerate(table.contenders)}.items():
        indexes = table.index[contender, places].tolist()
        for index, found in (await reviews_of(parts.pool, run_id, indexes)).items():
            for each in found:
                if each.answer_version == 1:
                    reviews[run_id, index, each.contender] = each
        rows = await parts.pool.fetch(
            statement("read/answer_versions_at"), run_id, indexes, _MOST_VERSIONS
        )
        for row in rows:
            _add_versions(versions, run_id, row)
    asked = await _asked(parts, table, places)
    return [
        item.model_copy(
            update={
                **_input(asked.get(place)),
                "answers": [
                    each.model_copy(update=_beside(table, each.contender, place, reviews, versions))
                    for each in item.answers
                ],
            }
        )
        for item, place in zip(items, places.tolist(), strict=True)
    ]


def _beside(
    table: EntriesTable,
    contender: int,
    place: int,
    reviews: Mapping[_Key, ReviewView],
    versions: Mapping[_Key, list[ComparedVersionView]],
) -> dict[str, object]:
    run_id, position = table.contenders[contender]
    key = (run_id, int(table.index[contender, place]), position)
    return {"review": reviews.get(key), "versions": versions.get(key, [])}


def _add_versions(
    found: dict[_Key, list[ComparedVersionView]], run_id: str, row: asyncpg.Record
) -> None:
    told: Any = read_json(row["predictions"]) or []  # as it was written, out of a column
    by_contender = {each["contender"]: each for each in told}
    for position in row["contenders"]:
        made = ComparedVersionView.model_validate(
            {
                "answer_version": row["answer_version"],
                "mode": row["mode"],
                "prediction": by_contender.get(position),
            }
        )
        found.setdefault((run_id, row["index"], position), []).append(made)


async def _asked(parts: Parts, table: EntriesTable, places: Places) -> Mapping[int, EntryRow]:
    """By place, out of the entry set of the first contender's run."""
    run = await parts.pool.fetchrow(statement("read/run"), table.contenders[0][0])
    found: dict[int, EntryRow] = {}
    if run is None:
        return found
    with suppress(ObjectMissing, ObjectDamaged):  # what was answered can be read without it
        entries = await open_entry_set(parts.objects, run["entries_digest"])
        for place in places.tolist():
            for row in await entries.rows(int(table.index[0, place]), 1):
                found[place] = row
    return found


def _input(row: EntryRow | None) -> dict[str, object]:
    if row is None:
        return {}
    return {"text": None if row.text is None else row.text[:MAX_TEXT], "file": row.file}
