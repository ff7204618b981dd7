"""Routes of a run's entries."""

from contextlib import suppress
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from runoff_contracts.views import EntryPage, EntryView
from runoff_objects.entry_set import open_entry_set
from runoff_objects.errors import ObjectDamaged, ObjectMissing
from runoff_query.api.again import versions_of
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.places import (
    Agreement,
    Conditions,
    Listed,
    Place,
    ReviewState,
    Sort,
    views,
)
from runoff_query.api.problems import refuse, unknown
from runoff_query.api.reading import Cursor, FreshOf, Limit, make_cursor, read_cursor
from runoff_query.api.reviews import with_reviews
from runoff_query.api.run_queries import entry_view
from runoff_query.api.runs import resolve
from runoff_query.statements import statement

EntryStatus = Literal["answered", "failed"]

router = APIRouter(tags=["runs"])


@router.get("/runs/{run_id}/entries", response_model=EntryPage)
async def list_entries(
    run_id: str,
    parts: PartsOf,
    fresh: FreshOf,
    sort: Annotated[Sort, Query(description="Differences: the largest first")] = "difference",
    status: EntryStatus | None = None,
    section: str | None = None,
    split: str | None = None,
    review: Annotated[
        ReviewState | None,
        Query(description="Of some contender's own answer; `none`: nobody reviewed any"),
    ] = None,
    agreement: Annotated[Agreement | None, Query(description="Only with offset")] = None,
    find: Annotated[
        str | None, Query(max_length=200, description="A part of the id; only with offset")
    ] = None,
    offset: Annotated[
        int | None, Query(ge=0, le=2**31 - 1, description="In place of a cursor: any part")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Entries of a run; those that are not scored yet stand at the end of a sort by difference.

    With `offset` a part from any place on and `n_matching`; with `cursor` one part behind the
    other, in which nothing is missed while the run goes on.
    """
    run = await parts.entry_lists.of(await resolve(parts, run_id))
    if run is None:
        raise unknown("run", run_id)
    failed = None if status is None else status == "failed"
    wanted = Conditions(failed, section, split, review, agreement, find)
    if offset is not None:
        found, n_matching = await parts.entry_lists.at(
            run, wanted, sort=sort, offset=offset, limit=limit, seq=fresh.version.seq
        )
        items = await _reviewed(parts, run, found)
        return fresh.answer(EntryPage(items=items, n_matching=n_matching))
    if agreement is not None or find is not None:
        raise refuse(
            "needs-offset",
            "These conditions need an offset",
            422,
            field="offset",
            hint="offset=0 for the first part; agreement and find go with it",
        )
    rows = await parts.entry_lists.behind(
        run, wanted, sort=sort, place=_place(sort, cursor), n=limit + 1
    )
    items = await _reviewed(parts, run, await views(rows[:limit]))
    next_cursor = None
    if len(rows) > limit:
        last = rows[limit - 1]
        is_scored = sort == "index" or last["scores"] is not None
        next_cursor = make_cursor(f"entries:{sort}", is_scored, float(last["place"]), last["index"])
    return fresh.answer(EntryPage(items=items, next_cursor=next_cursor))


@router.get("/runs/{run_id}/entries/{entry_id:path}", response_model=EntryView)
async def show_entry(run_id: str, entry_id: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """One entry of a run: what was asked, every answer, score, attempt and further version."""
    whole = await resolve(parts, run_id)
    row = await parts.pool.fetchrow(statement("read/entry"), whole, entry_id)
    run = await parts.pool.fetchrow(statement("read/run"), whole)
    if run is None:
        raise unknown("run", run_id)
    if row is None:
        raise unknown("entry", entry_id)
    more: dict[str, object] = {"versions": await versions_of(parts.pool, whole, row["index"])}
    with suppress(ObjectMissing, ObjectDamaged):  # what was answered can be read without it
        entries = await open_entry_set(parts.objects, run["entries_digest"])
        for asked in await entries.rows(row["index"], 1):
            more |= {"text": asked.text, "file": asked.file}
    entry = entry_view(row).model_copy(update=more)
    (entry,) = await with_reviews(parts.pool, whole, [entry], older=True)
    return fresh.answer(entry)


async def _reviewed(parts: Parts, run: Listed, found: list[EntryView]) -> list[EntryView]:
    """Entries with their reviews; most runs have none, and nobody has to look."""
    return await with_reviews(parts.pool, run.run_id, found) if run.is_reviewed else found


def _place(sort: Sort, cursor: str | None) -> Place:
    found = read_cursor(f"entries:{sort}", cursor, bool, float, int)
    if found is None:
        return Place()
    scored, key, index = found
    return Place(bool(scored), float(key or 0), int(index or 0))
