"""Routes of comparisons: the document as it was computed, byte for byte."""

import uuid
from datetime import UTC, datetime

import asyncpg
import pydantic_core
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from runoff_contracts.commands import ComputeComparison
from runoff_contracts.task import Status
from runoff_contracts.views import AcceptedView, ComparisonSummary, ComparisonView, Page, RunView
from runoff_query.api.parts import PartsOf
from runoff_query.api.problems import refuse, unknown
from runoff_query.api.reading import (
    Cursor,
    Fresh,
    FreshOf,
    Limit,
    as_json,
    make_cursor,
    read_cursor,
)
from runoff_query.api.runs import known_run, resolve
from runoff_query.statements import statement

router = APIRouter(tags=["comparisons"])


class ComparisonRequest(BaseModel):
    """Whose contenders to compare."""

    model_config = ConfigDict(extra="forbid")

    runs: list[str] = Field(min_length=1, max_length=1)
    """One run: its contenders are compared with each other."""


@router.post("/comparisons", status_code=201, response_model=AcceptedView)
async def compute_comparison(asked: ComparisonRequest, parts: PartsOf) -> Response:
    """Compare the contenders of a run; the same answers give the same document."""
    run_id = await resolve(parts, asked.runs[0])
    accepted = await parts.order(
        ComputeComparison(command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC), run_id=run_id),
        timeout_s=60.0,
    )
    digest = str(accepted.data["digest"])
    return as_json(
        AcceptedView(id=digest, seq=accepted.seq),
        status=201,
        headers={"Location": f"/api/comparisons/{digest}"},
    )


@router.get("/comparisons", response_model=Page[ComparisonSummary])
async def list_comparisons(
    parts: PartsOf, fresh: FreshOf, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Comparisons, newest first."""
    before = read_cursor("comparisons", cursor, int)
    rows = await parts.pool.fetch(
        statement("read/comparisons"), before[0] if before else None, limit + 1
    )
    more = len(rows) > limit
    return fresh.answer(
        Page[ComparisonSummary](
            items=[_summary(row) for row in rows[:limit]],
            next_cursor=make_cursor("comparisons", rows[limit - 1]["seq"]) if more else None,
        )
    )


@router.get("/comparisons/{digest}", response_model=ComparisonView)
async def show_comparison(digest: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """The document that this digest names."""
    row = await parts.pool.fetchrow(statement("read/comparison"), digest)
    if row is None:
        raise unknown("comparison", digest)
    return _document(row, fresh)


@router.get("/runs/{run_id}/comparison", response_model=ComparisonView, tags=["runs"])
async def comparison_of_run(run_id: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """How the contenders of a run differ."""
    run = await known_run(parts, run_id)
    row = await parts.pool.fetchrow(statement("read/comparison_of_run"), run.run_id)
    if row is None:
        raise _why_none(run)
    return _document(row, fresh)


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
            "Only a completed run is compared. Launch it again.",
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
        verdict=row["verdict"],
        computed_at=row["computed_at"],
    )


def _document(row: asyncpg.Record, fresh: Fresh) -> Response:
    """The stored text goes out as it is: a reader can check it against the digest."""
    body = f'{{"digest":"{row["digest"]}","document":{row["document"]}}}'
    headers = {"ETag": fresh.version.etag, "Cache-Control": "no-cache"}
    return Response(body, 200, headers, media_type="application/json")
