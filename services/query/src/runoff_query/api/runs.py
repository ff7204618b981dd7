"""Routes of runs: launch, list, show, cancel, delete."""

import uuid
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from runoff_contracts.commands import (
    MAX_CONTENDERS,
    CancelRun,
    CheckModel,
    CreateRun,
    DeleteRun,
    Label,
)
from runoff_contracts.ids import ModelRef, new_run_id
from runoff_contracts.run_config import RunConfig, Selection
from runoff_contracts.task import Priority, Status
from runoff_contracts.views import AcceptedView, Page, RunView
from runoff_query.api.checking import check_model
from runoff_query.api.filter import parse
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse, unknown
from runoff_query.api.reading import Cursor, FreshOf, Limit, as_json, make_cursor, read_cursor
from runoff_query.api.run_queries import run_view, run_views
from runoff_query.statements import statement

CHECKED_PROVIDERS = ("python",)
"""Models that are named by what they are: a worker says whether there is one."""

_KEYS = uuid.UUID("6f1d7d3e-5d0c-5c64-9c1b-6d0f7a0f7a52")
"""Namespace of run ids that are made of an idempotency key."""
_MIN_PREFIX = 8

router = APIRouter(tags=["runs"])


class RunRequest(BaseModel):
    """What to run: models over the entries of a dataset version."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(min_length=1, max_length=300)
    """`name`, `name@number`, or `name@` and a version's digest."""
    models: list[ModelRef] = Field(min_length=1, max_length=MAX_CONTENDERS)
    """`provider/name`, or `provider/name@number`."""
    selection: Selection | None = None
    config: RunConfig = RunConfig()
    priority: Priority = "normal"
    alias: Label | None = None
    labels: dict[Label, Label] = Field(default_factory=dict, max_length=50)


@router.post("/runs", status_code=201, response_model=AcceptedView)
async def create_run(
    asked: RunRequest,
    parts: PartsOf,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="The same key, the same run")
    ] = None,
) -> Response:
    """Launch a run."""
    run_id = str(uuid.uuid5(_KEYS, idempotency_key)) if idempotency_key else new_run_id()
    for place, model in enumerate(asked.models):
        if model.partition("/")[0] in CHECKED_PROVIDERS:
            check = CheckModel(command_id=run_id, sent_at=datetime.now(UTC), model=model)
            await check_model(parts, check, field=f"models.{place}")
    accepted = await parts.order(
        CreateRun(command_id=run_id, sent_at=datetime.now(UTC), run_id=run_id, **dict(asked))
    )
    return as_json(
        AcceptedView(id=run_id, seq=accepted.seq),
        status=201,
        headers={"Location": f"/api/runs/{run_id}"},
    )


@router.get("/runs", response_model=Page[RunView])
async def list_runs(
    parts: PartsOf,
    fresh: FreshOf,
    status: Annotated[list[Status] | None, Query(description="Several: any of them")] = None,
    model: Annotated[str | None, Query(description="`provider/name`, also with @number")] = None,
    dataset: str | None = None,
    filter: Annotated[
        str, Query(max_length=2000, description="As `metrics.accuracy > 0.9 and …`")
    ] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Runs, newest first."""
    terms = parse(filter)
    before = read_cursor("runs", cursor, int)
    name, number = _model_meant(model)
    rows = await parts.pool.fetch(
        statement("read/runs"),
        status,
        name,
        number,
        dataset,
        before[0] if before else None,
        terms.metrics,
        terms.metric_comparisons,
        terms.bounds,
        terms.attributes,
        terms.attribute_comparisons,
        terms.wanted,
        limit + 1,
    )
    more = len(rows) > limit
    items = await run_views(parts.pool, rows[:limit])
    next_cursor = make_cursor("runs", rows[limit - 1]["created_seq"]) if more else None
    return fresh.answer(Page[RunView](items=items, next_cursor=next_cursor))


@router.get("/runs/{run_id}", response_model=RunView)
async def show_run(run_id: str, parts: PartsOf, fresh: FreshOf) -> Response:
    """One run; the first eight characters of its id, or more, will do where no other has them."""
    return fresh.answer(await known_run(parts, run_id))


@router.post("/runs/{run_id}/cancel", response_model=AcceptedView)
async def cancel_run(
    run_id: str, parts: PartsOf, reason: Annotated[str, Query(max_length=500)] = ""
) -> Response:
    """Stop a run that has not settled; what was answered until then stays."""
    whole = await resolve(parts, run_id)
    accepted = await parts.order(
        CancelRun(
            command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC), run_id=whole, reason=reason
        )
    )
    return as_json(AcceptedView(id=whole, seq=accepted.seq))


@router.delete("/runs/{run_id}", response_model=AcceptedView)
async def delete_run(run_id: str, parts: PartsOf) -> Response:
    """Take a settled run out of every view."""
    whole = await resolve(parts, run_id)
    accepted = await parts.order(
        DeleteRun(command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC), run_id=whole)
    )
    return as_json(AcceptedView(id=whole, seq=accepted.seq))


async def resolve(parts: Parts, text: str) -> str:
    """The id that a whole id or its beginning means.

    A whole id is taken as it is: the run may be too new to be in the read models.

    Raises:
        ProblemRaised: When no run or more than one begins so.
    """
    digits = text.replace("-", "").lower()
    if not digits or len(digits) > 32 or set(digits) - set("0123456789abcdef"):
        raise unknown("run", text)
    if len(digits) == 32:
        return str(uuid.UUID(digits))
    if len(digits) < _MIN_PREFIX:
        raise refuse(
            "unknown-run",
            f"{text!r} is too short for a run's id",
            404,
            f"Give the whole id, or at least its first {_MIN_PREFIX} characters.",
        )
    rows = await parts.pool.fetch(
        statement("read/runs_between"),
        uuid.UUID(digits.ljust(32, "0")),
        uuid.UUID(digits.ljust(32, "f")),
    )
    if not rows:
        raise unknown("run", text)
    if len(rows) > 1:
        raise refuse(
            "ambiguous-run",
            f"Several runs begin with {text!r}",
            422,
            field="run_id",
            hint=f"more characters; {rows[0]['run_id']} and {rows[1]['run_id']} begin so",
        )
    return str(rows[0]["run_id"])


async def known_run(parts: Parts, text: str) -> RunView:
    """The run that an id or its beginning means.

    Raises:
        ProblemRaised: When there is none, or more than one.
    """
    view = await run_view(parts.pool, await resolve(parts, text))
    if view is None:
        raise unknown("run", text)
    return view


def _model_meant(model: str | None) -> tuple[str | None, int | None]:
    if model is None:
        return None, None
    name, at, number = model.partition("@")
    if at and not number.isdecimal():
        raise refuse(
            "bad-model",
            "The model's version is no number",
            422,
            field="model",
            hint="as onnx/net@2",
        )
    return name, int(number) if at else None
