"""Routes of plans: seal one before its runs, read it ever after, find out how large to make it."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg
from fastapi import APIRouter
from starlette.responses import Response

from runoff_contracts.commands import SealPlan, SizePlan
from runoff_contracts.plan import PlanAsked
from runoff_contracts.plan_size import PlanSize, PlanSizeAsked
from runoff_contracts.views import Page, PlanView, SealedView
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.plans_meant import plan_row
from runoff_query.api.reading import Cursor, FreshOf, Limit, as_json, made, make_cursor, read_cursor
from runoff_query.api.run_queries import read_json
from runoff_query.api.runs import resolve
from runoff_query.statements import statement

_MOST_RUNS = 100
_SIZE_S = 60.0

router = APIRouter(tags=["plans"])


@router.post("/plans", status_code=201, response_model=SealedView)
async def seal_plan(asked: PlanAsked, parts: PartsOf) -> Response:
    """Seal a plan: the dataset's version is pinned, and nobody can change a word from then on.

    The same plan again is answered with the one that is there.
    """
    now = datetime.now(UTC)
    command = SealPlan(command_id=str(uuid.uuid4()), sent_at=now, plan=asked)
    accepted = await parts.order(command)
    digest, created = str(accepted.data["digest"]), bool(accepted.data["created"])
    view = SealedView(id=digest, seq=accepted.seq, created=created)
    return made(parts, view, view.seq, f"/api/plans/{digest}", is_new=created)


@router.get("/plans", response_model=Page[PlanView])
async def list_plans(
    parts: PartsOf, fresh: FreshOf, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Plans, newest first."""
    before = read_cursor("plans", cursor, int)
    rows = await parts.pool.fetch(statement("read/plans"), before[0] if before else None, limit + 1)
    next_cursor = make_cursor("plans", rows[limit - 1]["seq"]) if len(rows) > limit else None
    items = await _views(parts, rows[:limit])
    return fresh.answer(Page[PlanView](items=items, next_cursor=next_cursor))


@router.post("/plans/size", response_model=PlanSize)
async def size_plan(asked: PlanSizeAsked, parts: PartsOf) -> Response:
    """How many entries show a difference, or which difference so many entries show."""
    if asked.from_run is not None:
        asked = asked.model_copy(update={"from_run": await resolve(parts, asked.from_run)})
    now = datetime.now(UTC)
    command = SizePlan(command_id=str(uuid.uuid4()), sent_at=now, asked=asked)
    accepted = await parts.order(command, timeout_s=_SIZE_S)
    return as_json(PlanSize.model_validate(accepted.data))


@router.get("/plans/{digest}", response_model=PlanView)
async def show_plan(digest: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """One plan, with its runs; the first eight characters behind `sha256:`, or more, will do."""
    return fresh.answer((await _views(parts, [await plan_row(parts, digest)]))[0])


async def _views(parts: Parts, rows: Sequence[asyncpg.Record]) -> list[PlanView]:
    runs: dict[str, list[str]] = {row["digest"]: [] for row in rows}
    for found in await parts.pool.fetch(statement("read/runs_of_plans"), list(runs), _MOST_RUNS):
        runs[found["digest"]].append(str(found["run_id"]))
    return [
        PlanView.model_validate(
            dict(row) | {"plan": read_json(row["plan"]), "run_ids": runs[row["digest"]]}
        )
        for row in rows
    ]
