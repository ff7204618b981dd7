"""Routes of runs: launch, show; `listing.py` finds them, `control.py` steers one."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from runoff_contracts.commands import (
    MAX_CONTENDERS,
    Accepted,
    CreateRun,
    Label,
    ScorerAsked,
)
from runoff_contracts.ids import ModelRef, new_run_id
from runoff_contracts.lineage import Lineage
from runoff_contracts.params import Params
from runoff_contracts.run_config import RunConfig, Selection
from runoff_contracts.task import Priority
from runoff_contracts.views import AcceptedView, RunView
from runoff_query.api.checking import LAUNCH_S
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.plans_meant import resolve_plan
from runoff_query.api.problems import ProblemRaised, refuse, unknown
from runoff_query.api.reading import Fresh, IdempotencyKey, IfNoneMatch, Reached, made
from runoff_query.api.run_queries import run_view
from runoff_query.statements import statement

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
    start_at: AwareDatetime | None = None
    """With an offset from UTC; at once where it is left out or past."""
    scorers: list[ScorerAsked] | None = Field(default=None, min_length=1, max_length=50)
    """Those of the task where it is left out; the first one has to pass or fail an answer."""
    params: Params = Field(default_factory=dict)
    """What is to be said of the run in booleans, numbers and texts."""
    template: str | None = Field(default=None, max_length=100)
    """Takes over the parameters of this run; `params` are put on top of them."""
    lineage: Lineage | None = None
    """Code, packages and machine of whoever launches, as the SDK captures them."""
    plan: str | None = Field(default=None, min_length=8, max_length=71)
    """Digest of a sealed plan, or its beginning: a run that contradicts it is refused."""


@router.post("/runs", status_code=201, response_model=AcceptedView)
async def create_run(
    asked: RunRequest,
    parts: PartsOf,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Launch a run; what its models and entries are not fit for is refused before any is asked."""
    run_id = run_id_for(idempotency_key) if idempotency_key else new_run_id()
    named = dict[str, object]()
    if asked.template is not None:
        named["template"] = await template_of(parts, asked.template)
    if asked.plan is not None:
        named["plan"] = await resolve_plan(parts, asked.plan)
    command = order_of(asked, run_id, named)
    return launched(parts, run_id, await parts.order(command, timeout_s=LAUNCH_S))


@router.get("/runs/{run_id}", response_model=RunView)
async def show_run(
    run_id: str, parts: PartsOf, _: Reached, if_none_match: IfNoneMatch = None
) -> Response:
    """One run; the first eight characters of its id, or more, will do where no other has them."""
    version = await parts.progress.version()
    # What may be said of it so far changes while the tables stay as they are.
    fresh = Fresh(version, parts.watched.mark(await resolve(parts, run_id)))
    fresh.check(if_none_match)
    return fresh.answer(parts.watched.shown(await known_run(parts, run_id)))


def order_of(asked: RunRequest, run_id: str, named: Mapping[str, object]) -> CreateRun:
    """The command of a launch; `named` is what is put in place of what the request says."""
    given = dict(asked) | dict(named)
    return CreateRun(command_id=run_id, sent_at=datetime.now(UTC), run_id=run_id, **given)


def run_id_for(key: str) -> str:
    """The id of the run that this key asks for."""
    return str(uuid.uuid5(_KEYS, key))


def launched(parts: Parts, run_id: str, accepted: Accepted) -> Response:
    """What a launch is answered with."""
    view = AcceptedView.model_validate(
        {"id": run_id, "seq": accepted.seq, "warnings": accepted.data.get("warnings", [])}
    )
    return made(parts, view, view.seq, f"/api/runs/{run_id}")


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


async def template_of(parts: Parts, text: str) -> str:
    """The id of the run whose parameters are to be taken over.

    Raises:
        ProblemRaised: 422 when there is none, or more than one.
    """
    try:
        return await resolve(parts, text)
    except ProblemRaised as refused:
        title = refused.problem.title
        hint = "the id of a run"
        raise refuse("unknown-template", title, 422, field="template", hint=hint) from refused


async def known_run(parts: Parts, text: str) -> RunView:
    """The run that an id or its beginning means.

    Raises:
        ProblemRaised: When there is none, or more than one.
    """
    view = await run_view(parts.pool, await resolve(parts, text))
    if view is None:
        raise unknown("run", text)
    return view
