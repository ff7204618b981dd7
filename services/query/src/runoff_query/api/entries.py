"""Routes of a run's entries."""

from contextlib import suppress
from typing import Annotated, Final, Literal

import asyncpg
from fastapi import APIRouter, Query
from starlette.responses import Response

from runoff_contracts.views import EntryPage, EntryView, RunView
from runoff_objects.entry_set import open_entry_set
from runoff_objects.errors import ObjectDamaged, ObjectMissing
from runoff_query.api.again import versions_of
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.places import Agreement, Conditions, entries_at
from runoff_query.api.problems import refuse, unknown
from runoff_query.api.reading import Cursor, FreshOf, Key, Limit, make_cursor, read_cursor
from runoff_query.api.reviews import with_reviews
from runoff_query.api.run_queries import entry_view
from runoff_query.api.runs import known_run, resolve
from runoff_query.statements import statement

Sort = Literal["difference", "index", "confidence_difference"]
ReviewState = Literal["approved", "rejected", "none"]
EntryStatus = Literal["answered", "failed"]

_BEFORE_ALL: Final = -2.0
"""Places are minus a difference from 0 to 1, or 1 where there is none."""

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
    run = await known_run(parts, run_id)
    if offset is not None:
        if review is not None:
            raise refuse(
                "needs-cursor",
                "Reviews are listed by cursor",
                422,
                field="review",
                hint="leave offset out; next_cursor gives the following part",
            )
        failed = None if status is None else status == "failed"
        wanted = Conditions(failed, section, split, agreement, find)
        page = await entries_at(parts.pool, run, wanted, sort=sort, offset=offset, limit=limit)
        items = await with_reviews(parts.pool, run.run_id, page.items)
        return fresh.answer(page.model_copy(update={"items": items}))
    if agreement is not None or find is not None:
        raise refuse(
            "needs-offset",
            "These conditions need an offset",
            422,
            field="offset",
            hint="offset=0 for the first part; agreement and find go with it",
        )
    keys = read_cursor(f"entries:{sort}", cursor, bool, float, int)
    scored, place, index = keys if keys else (True, _BEFORE_ALL, -1)
    conditions = (None if status is None else status == "failed", section, split)
    rows: list[asyncpg.Record] = []
    if scored:
        rows = await parts.pool.fetch(
            statement(f"read/entries_by_{sort}"),
            run.run_id,
            place,
            index,
            *conditions,
            limit + 1,
            review,
        )
    if sort != "index" and len(rows) <= limit and run.n_scored < run.n_processed:
        rows += await _unscored(
            parts, run, index if not scored else -1, conditions, limit + 1 - len(rows), review
        )
    items = await with_reviews(parts.pool, run.run_id, [entry_view(row) for row in rows[:limit]])
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
    run = await known_run(parts, run_id)
    if row is None:
        raise unknown("entry", entry_id)
    more: dict[str, object] = {"versions": await versions_of(parts.pool, whole, row["index"])}
    with suppress(ObjectMissing, ObjectDamaged):  # what was answered can be read without it
        entries = await open_entry_set(parts.objects, run.entries_digest)
        for asked in await entries.rows(row["index"], 1):
            more |= {"text": asked.text, "file": asked.file}
    entry = entry_view(row).model_copy(update=more)
    (entry,) = await with_reviews(parts.pool, whole, [entry], older=True)
    return fresh.answer(entry)


async def _unscored(
    parts: Parts,
    run: RunView,
    index: Key,
    conditions: tuple[object, ...],
    n: int,
    review: ReviewState | None,
) -> list[asyncpg.Record]:
    return await parts.pool.fetch(
        statement("read/entries_unscored"), run.run_id, 1.0, index, *conditions, n, review
    )
