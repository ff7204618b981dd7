"""The route of compared entries: in the order of the table, filled in from the runs by the page."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import asyncpg
import numpy as np
from fastapi import APIRouter, Query
from starlette.responses import Response

from runoff_contracts.compared_entries import (
    ComparedAnswerView,
    ComparedEntriesPage,
    ComparedEntryView,
    EntryOrder,
    EntrySort,
    Only,
)
from runoff_contracts.events.entry import Prediction
from runoff_query.api.compared_details import MAX_DETAILED, with_details
from runoff_query.api.documents import known_table
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import (
    Cursor,
    FreshOf,
    Limit,
    kind_of,
    make_cursor,
    read_cursor,
)
from runoff_query.api.run_queries import read_json
from runoff_query.compared.order import Places, Wanted, change_of
from runoff_query.compared.table import EntriesTable
from runoff_query.statements import statement

router = APIRouter(tags=["comparisons"])

Place = Annotated[int | None, Query(ge=0, le=1000, description="A contender, by its place")]
Rows = Mapping[str, Mapping[int, asyncpg.Record]]
"""By run and place."""


@router.get("/comparisons/{digest}/entries", response_model=ComparedEntriesPage)
async def list_compared_entries(
    digest: str,
    parts: PartsOf,
    fresh: FreshOf,
    sort: Annotated[
        EntrySort, Query(description="`change`: the largest first, of equal ones the regressions")
    ] = "change",
    order: Annotated[
        EntryOrder | None, Query(description="Descending but by index, where left out")
    ] = None,
    contender: Place = None,
    versus: Place = None,
    only: Annotated[
        Only | None, Query(description="By the metric, of `contender` against `versus`")
    ] = None,
    metric: Annotated[str | None, Query(max_length=200)] = None,
    section: Annotated[str | None, Query(max_length=200)] = None,
    split: Annotated[str | None, Query(max_length=200)] = None,
    details: Annotated[
        bool,
        Query(
            description="What was asked, further versions and reviews as well; "
            f"at most {MAX_DETAILED} entries then"
        ),
    ] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Compared entries with every contender's answer, by how much the scores of two differ.

    The two are the contender `versus` (the baseline, else the first) and `contender` (the first
    other one); the metric is the primary one where none is named.
    """
    if details and limit > MAX_DETAILED:
        raise _bad("limit", f"at most {MAX_DETAILED} with details")
    name, table = await known_table(parts, digest)
    a, b = two_of(table, contender, versus)
    by = metric_of(table, metric)
    wanted = Wanted(
        sort=sort,
        order=order or ("asc" if sort == "index" else "desc"),
        metric=by,
        higher_is_better=by is None or table.higher_is_better[by],
        contender=a,
        versus=b,
        only=only,
        section=section,
        split=split,
    )
    kind = kind_of("compared", digest, wanted)
    keys = read_cursor(kind, cursor, int)
    start = _start(table, keys[0] if keys else 0)
    found = await parts.compared.ordered(name, wanted, n=start + limit)
    places = found.places[start : start + limit]
    rows = await _rows(parts, table, places)
    items = await asyncio.to_thread(_items, table, wanted, places, rows)
    if details:
        items = await with_details(parts, table, places, items)
    more = start + limit < found.n_matching
    page = ComparedEntriesPage(
        items=items,
        next_cursor=make_cursor(kind, start + limit) if more else None,
        n_matching=found.n_matching,
        start=start,
        previous_cursor=make_cursor(kind, max(start - limit, 0)) if start else None,
        metric=by,
        contender=a,
        versus=b,
    )
    if len(items) < _LARGE:
        return fresh.answer(page)
    return await asyncio.to_thread(fresh.answer, page)


_LARGE = 100
"""Entries whose answer takes longer to write than the loop may stand still."""


def two_of(table: EntriesTable, contender: int | None, versus: int | None) -> tuple[int, int]:
    """Whose scores are held against whose."""
    n = table.n_contenders
    for field, place in (("contender", contender), ("versus", versus)):
        if place is not None and place >= n:
            raise _bad(field, f"a place from 0 to {n - 1}")
    b = versus
    if b is None:
        b = table.baseline if table.baseline not in (None, contender) else None
    if b is None:
        b = 0 if contender != 0 else 1
    a = contender if contender is not None else next(place for place in range(n) if place != b)
    if a == b:
        raise _bad("contender", "another one than `versus`")
    return a, b


def metric_of(table: EntriesTable, asked: str | None) -> str | None:
    if asked is None:
        return next(iter(table.metrics), None)
    if asked not in table.scores:
        known = ", ".join(table.metrics) or "none"
        raise _bad("metric", f"one that entries have scores of: {known}")
    return asked


def _bad(field: str, hint: str) -> Exception:
    return refuse(
        "invalid-request", "The comparison has nothing like it", 422, field=field, hint=hint
    )


def _start(table: EntriesTable, key: Any) -> int:  # a cursor's key, whose type was checked
    if not 0 <= key <= table.n_entries:
        raise refuse(
            "bad-cursor", "The cursor is not of this list", 422, field="cursor", hint="next_cursor"
        )
    return int(key)


async def _rows(parts: Parts, table: EntriesTable, places: Places) -> Rows:
    """Each run is asked once, for the entries of the page."""
    runs = {run_id: place for place, (run_id, _) in enumerate(table.contenders)}
    found: dict[str, dict[int, asyncpg.Record]] = {}
    for run_id, contender in runs.items():
        rows = await parts.pool.fetch(
            statement("read/entries_at"), run_id, table.index[contender, places].tolist()
        )
        found[run_id] = {row["index"]: row for row in rows}
    return found


def _items(
    table: EntriesTable, wanted: Wanted, places: Places, rows: Rows
) -> list[ComparedEntryView]:
    change = change_of(table, wanted, places)
    read: dict[tuple[str, int], dict[int, Any]] = {}

    def predictions(run_id: str, at: int) -> Mapping[int, Any]:
        row = rows[run_id].get(at)
        if (run_id, at) not in read:
            told: Any = [] if row is None else read_json(row["predictions"])
            read[run_id, at] = {each["contender"]: each for each in told}
        return read[run_id, at]

    items = []
    for number, place in enumerate(places.tolist()):
        answers = [
            _answer(table, wanted, contender, place, predictions)
            for contender in range(table.n_contenders)
        ]
        first = rows[table.contenders[0][0]].get(int(table.index[0, place]))
        items.append(_item(table, place, first, answers, _number(change[number])))
    return items


def _answer(
    table: EntriesTable, wanted: Wanted, contender: int, place: int, predictions: Any
) -> ComparedAnswerView:
    run_id, position = table.contenders[contender]
    said = predictions(run_id, int(table.index[contender, place])).get(position)
    score = (
        None if wanted.metric is None else _number(table.scores[wanted.metric][contender, place])
    )
    return ComparedAnswerView(
        contender=contender,
        prediction=None if said is None else Prediction.model_validate(said),
        score=score,
    )


def _item(
    table: EntriesTable,
    place: int,
    row: asyncpg.Record | None,
    answers: Sequence[ComparedAnswerView],
    change: float | None,
) -> ComparedEntryView:
    known: Mapping[str, Any] = {} if row is None else dict(row)
    return ComparedEntryView.model_validate(
        {
            "index": place,
            "entry_id": table.entry_ids[place],
            "target": read_json(known.get("target")),
            "section": known.get("section"),
            "split": known.get("split"),
            "metadata": read_json(known.get("metadata")),
            "difference": _number(table.difference[place]),
            "confidence_difference": _number(table.confidence_difference[place]),
            "change": change,
            "answers": answers,
        }
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
