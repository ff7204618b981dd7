"""Routes that show comparisons: the document as it was computed, byte for byte, and the list."""

from typing import Annotated

import asyncpg
import pydantic_core
from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.task import Status, Task
from runoff_contracts.views import ComparisonSummary, ComparisonView, Page, RunView
from runoff_query.api.documents import known_document
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import (
    Cursor,
    Fresh,
    FreshOf,
    Limit,
    Reached,
    is_known,
    kind_of,
    make_cursor,
    read_cursor,
)
from runoff_query.api.runs import known_run, resolve
from runoff_query.statements import statement

router = APIRouter(tags=["comparisons"])


@router.get("/comparisons", response_model=Page[ComparisonSummary])
async def list_comparisons(
    parts: PartsOf,
    fresh: FreshOf,
    run: Annotated[
        str | None, Query(max_length=100, description="Only with this run in it")
    ] = None,
    task: Task | None = None,
    dataset: Annotated[str | None, Query(max_length=300)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Comparisons, newest first."""
    run_id = None if run is None else await resolve(parts, run)
    kind = kind_of("comparisons", run_id, task, dataset)
    before = read_cursor(kind, cursor, int)
    rows = await parts.pool.fetch(
        statement("read/comparisons"),
        before[0] if before else None,
        run_id,
        task,
        dataset,
        limit + 1,
    )
    more = len(rows) > limit
    return fresh.answer(
        Page[ComparisonSummary](
            items=[_summary(row) for row in rows[:limit]],
            next_cursor=make_cursor(kind, rows[limit - 1]["seq"]) if more else None,
        )
    )


@router.get("/comparisons/{digest}", response_model=ComparisonDocument)
async def show_comparison(
    digest: str,
    parts: PartsOf,
    _: Reached,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The document that this digest names: its stored bytes, which never change."""
    content = await known_document(parts, digest)
    headers = {"ETag": f'"{digest}"', "Cache-Control": "private, max-age=31536000, immutable"}
    if is_known(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, media_type="application/json")


@router.get("/runs/{run_id}/comparison", response_model=ComparisonView, tags=["runs"])
async def comparison_of_run(run_id: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """How the contenders of a run differ."""
    run = await known_run(parts, run_id)
    row = await parts.pool.fetchrow(statement("read/comparison_of_run"), run.run_id)
    if row is None:
        raise _why_none(run)
    return await _document(parts, row["digest"], fresh)


def _why_none(run: RunView) -> Exception:
    if len(run.contenders) < 2:
        return refuse(
            "nothing-to-compare",
            "The run has one contender",
            404,
            "A comparison needs at least two models in one run.",
        )
    if run.status in {Status.FAILED, Status.CANCELED}:
        return refuse(
            "nothing-to-compare",
            f"The run is {run.status}",
            404,
            "A completed run is compared by itself. What is scored of this one can be compared: "
            "POST /api/comparisons.",
        )
    return refuse(
        "comparison-not-ready",
        "The comparison is not there yet",
        404,
        f"The run is {run.status} with {run.n_scored} of {run.n_entries} entries scored; "
        f"the comparison follows a moment after its completion.",
    )


def _summary(row: asyncpg.Record) -> ComparisonSummary:
    return ComparisonSummary(
        digest=row["digest"],
        run_ids=[str(each) for each in row["run_ids"]],
        dataset=row["dataset"],
        models=pydantic_core.from_json(row["models"]),
        task=row["task"],
        measure=row["measure"],
        winners=pydantic_core.from_json(row["winners"]),
        certainty=row["certainty"],
        verdict=row["verdict"],
        computed_at=row["computed_at"],
    )


async def _document(parts: Parts, digest: str, fresh: Fresh) -> Response:
    """The stored bytes go out as they are: a reader can check them against the digest."""
    content = await known_document(parts, digest)
    headers = {"ETag": fresh.version.etag, "Cache-Control": "no-cache"}
    body = b'{"digest":"%s","document":%s}' % (digest.encode(), content)
    return Response(body, 200, headers, media_type="application/json")
