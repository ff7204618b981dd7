"""Routes of comparisons: the document as it was computed, byte for byte."""

import uuid
from datetime import UTC, datetime

import asyncpg
import pydantic_core
from fastapi import APIRouter
from pydantic import Field, model_validator
from starlette.responses import Response

from runoff_contracts.commands import ComputeComparison
from runoff_contracts.comparison_asked import ComparisonAsked, ComparisonOptions, ContenderMeant
from runoff_contracts.task import Status
from runoff_contracts.views import AcceptedView, ComparisonSummary, ComparisonView, Page, RunView
from runoff_objects.errors import ObjectMissing
from runoff_query.api.parts import Parts, PartsOf
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


class ComparisonRequest(ComparisonOptions):
    """Whom to compare, and how; what is left out has its default."""

    contenders: list[ContenderMeant] | None = Field(default=None, min_length=1, max_length=100)
    """In the order in which they are listed."""
    runs: list[str] | None = Field(default=None, min_length=1, max_length=100)
    """Instead: all contenders of these runs."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "ComparisonRequest":
        if (self.contenders is None) == (self.runs is None):
            raise ValueError("give either `contenders` or `runs`")
        return self


@router.post("/comparisons", status_code=201, response_model=AcceptedView)
async def compute_comparison(request: ComparisonRequest, parts: PartsOf) -> Response:
    """Compare contenders of one run or several; the same question has the same document."""
    contenders = request.contenders
    if contenders is None:
        contenders = [each for run in request.runs or () for each in await _all_of(parts, run)]
    asked = ComparisonAsked(
        contenders=contenders,
        **{
            name: getattr(request, name)
            for name in ComparisonOptions.model_fields
            if name in request.model_fields_set
        },
    )
    accepted = await parts.order(
        ComputeComparison(command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC), asked=asked),
        timeout_s=60.0,
    )
    digest = str(accepted.data["digest"])
    return as_json(
        AcceptedView(id=digest, seq=accepted.seq),
        status=201,
        headers={"Location": f"/api/comparisons/{digest}"},
    )


async def _all_of(parts: Parts, reference: str) -> list[ContenderMeant]:
    run = await known_run(parts, await resolve(parts, reference))
    return [
        ContenderMeant(run_id=run.run_id, position=place) for place in range(len(run.contenders))
    ]


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
    return await _document(parts, row, fresh)


@router.get("/runs/{run_id}/comparison", response_model=ComparisonView, tags=["runs"])
async def comparison_of_run(run_id: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """How the contenders of a run differ."""
    run = await known_run(parts, run_id)
    row = await parts.pool.fetchrow(statement("read/comparison_of_run"), run.run_id)
    if row is None:
        raise _why_none(run)
    return await _document(parts, row, fresh)


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
        task=row["task"],
        measure=row["measure"],
        winners=pydantic_core.from_json(row["winners"]),
        certainty=row["certainty"],
        verdict=row["verdict"],
        computed_at=row["computed_at"],
    )


async def _document(parts: Parts, row: asyncpg.Record, fresh: Fresh) -> Response:
    """The stored bytes go out as they are: a reader can check them against the digest.

    Raises:
        ProblemRaised: When the object store has lost them.
    """
    digest, first = row["digest"], row["first_document"]
    try:
        content = first.encode() if first is not None else await parts.objects.get(digest)
    except ObjectMissing as error:
        raise refuse(
            "comparison-lost",
            "The document is not in the object store any more",
            404,
            "Compare the same contenders again to have it made anew.",
        ) from error
    headers = {"ETag": fresh.version.etag, "Cache-Control": "no-cache"}
    body = b'{"digest":"%s","document":%s}' % (digest.encode(), content)
    return Response(body, 200, headers, media_type="application/json")
