"""Routes that steer a run: cancel, pause, resume, edit, and runs that repeat it."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from runoff_contracts.commands import (
    CancelRun,
    Command,
    DeleteRun,
    EditRun,
    Label,
    PauseRun,
    RepeatRun,
    ResumeRun,
    ScorerAsked,
)
from runoff_contracts.ids import new_run_id
from runoff_contracts.run_config import RunConfig
from runoff_contracts.views import AcceptedView
from runoff_query.api.checking import LAUNCH_S
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import IdempotencyKey, as_json
from runoff_query.api.runs import launched, resolve, run_id_for

router = APIRouter(tags=["runs"])


class RepeatRequest(BaseModel):
    """What is to be different this time; what is left out is as it was."""

    model_config = ConfigDict(extra="forbid")

    scorers: list[ScorerAsked] | None = Field(default=None, min_length=1, max_length=50)
    """The newest versions of the old run's where it is left out."""
    config: RunConfig | None = None


class EditRequest(BaseModel):
    """What a run is called; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    alias: Label | None = None
    """An empty one takes it away."""
    labels: dict[Label, Label] | None = Field(default=None, max_length=50)
    """In place of all labels."""


@router.post("/runs/{run_id}/cancel", response_model=AcceptedView)
async def cancel_run(
    run_id: str, parts: PartsOf, reason: Annotated[str, Query(max_length=500)] = ""
) -> Response:
    """Stop a run that has not settled; what was answered until then stays."""
    whole = await resolve(parts, run_id)
    return await _steer(parts, whole, CancelRun(**_order(), run_id=whole, reason=reason))


@router.post("/runs/{run_id}/pause", response_model=AcceptedView)
async def pause_run(run_id: str, parts: PartsOf) -> Response:
    """Halt a run: what is under way ends, nothing new begins until it is resumed."""
    whole = await resolve(parts, run_id)
    return await _steer(parts, whole, PauseRun(**_order(), run_id=whole))


@router.post("/runs/{run_id}/resume", response_model=AcceptedView)
async def resume_run(run_id: str, parts: PartsOf) -> Response:
    """Let a paused run go on."""
    whole = await resolve(parts, run_id)
    return await _steer(parts, whole, ResumeRun(**_order(), run_id=whole))


@router.patch("/runs/{run_id}", response_model=AcceptedView)
async def edit_run(run_id: str, asked: EditRequest, parts: PartsOf) -> Response:
    """Give a run another alias or other labels; what was asked and answered never changes."""
    whole = await resolve(parts, run_id)
    if not asked.model_fields_set:
        raise refuse(
            "invalid-request",
            "The request changes nothing",
            422,
            field="body",
            hint="alias, labels, or both",
        )
    command = EditRun(**_order(), run_id=whole, alias=asked.alias, labels=asked.labels)
    return await _steer(parts, whole, command)


@router.delete("/runs/{run_id}", response_model=AcceptedView)
async def delete_run(run_id: str, parts: PartsOf) -> Response:
    """Take a settled run out of every view."""
    whole = await resolve(parts, run_id)
    return await _steer(parts, whole, DeleteRun(**_order(), run_id=whole))


@router.post("/runs/{run_id}/retry", status_code=201, response_model=AcceptedView)
async def retry_run(
    run_id: str,
    parts: PartsOf,
    asked: RepeatRequest | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Launch a run that takes over what a settled one answered and asks its failed entries anew."""
    return await _repeat(parts, run_id, "failed", asked, idempotency_key)


@router.post("/runs/{run_id}/rescore", status_code=201, response_model=AcceptedView)
async def rescore_run(
    run_id: str,
    parts: PartsOf,
    asked: RepeatRequest | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Launch a run that scores the answers of a settled one anew; no model is asked."""
    return await _repeat(parts, run_id, "scores", asked, idempotency_key)


def _order() -> dict[str, object]:
    return {"command_id": str(uuid.uuid4()), "sent_at": datetime.now(UTC)}


async def _steer(parts: Parts, run_id: str, command: Command) -> Response:
    accepted = await parts.order(command)
    return as_json(AcceptedView(id=run_id, seq=accepted.seq))


async def _repeat(
    parts: Parts,
    text: str,
    what: Literal["failed", "scores"],
    asked: RepeatRequest | None,
    key: str | None,
) -> Response:
    of = await resolve(parts, text)
    run_id = run_id_for(f"{what}:{of}:{key}") if key else new_run_id()
    command = RepeatRun(
        command_id=run_id,
        sent_at=datetime.now(UTC),
        run_id=run_id,
        of=of,
        what=what,
        scorers=asked.scorers if asked else None,
        config=asked.config if asked else None,
    )
    accepted = await parts.order(command, timeout_s=LAUNCH_S)
    return launched(run_id, accepted)
