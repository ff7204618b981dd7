"""Routes that steer a run: cancel, pause, resume, edit, and runs that repeat it."""

import re
import uuid
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query
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
from runoff_contracts.events.review import Who
from runoff_contracts.ids import new_run_id
from runoff_contracts.params import MAX_PARAMS, ParamName, Params
from runoff_contracts.run_config import RunConfig
from runoff_contracts.views import AcceptedView
from runoff_query.api.checking import LAUNCH_S
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import IdempotencyKey, as_json
from runoff_query.api.reviews import By
from runoff_query.api.runs import launched, resolve, run_id_for, template_of

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
    params: Params | None = None
    """In place of all parameters."""
    template: str | None = Field(default=None, max_length=100)
    """In place of all parameters: those that this run has now."""
    reset_params: bool = False
    """In place of all parameters: those of the launch."""
    set_params: Params = Field(default_factory=dict)
    """On top of what the above leaves, or of those that the run has."""
    unset_params: list[ParamName] = Field(default_factory=list, max_length=MAX_PARAMS)
    params_version: int | None = Field(default=None, ge=1)
    """Refused (412) where the parameters were changed since; as the header `If-Match`."""
    by: Who | None = None
    """Before the header `Runoff-By`."""


_WITHOUT_EFFECT = {"by", "params_version"}
_IF_MATCH = re.compile(r'"params-([1-9][0-9]{0,8})"')


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
async def edit_run(
    run_id: str,
    asked: EditRequest,
    parts: PartsOf,
    by: By = None,
    if_match: Annotated[
        str | None, Header(description="ETag of `/params`: refuse (412) what is outdated")
    ] = None,
) -> Response:
    """Give a run another alias, labels or parameters; what was answered never changes."""
    whole = await resolve(parts, run_id)
    if not asked.model_fields_set - _WITHOUT_EFFECT:
        raise refuse(
            "invalid-request",
            "The request changes nothing",
            422,
            field="body",
            hint="alias, labels, params, template, reset_params, set_params or unset_params",
        )
    version = asked.params_version or _version_meant(if_match)
    given = dict(asked) | {
        "template": await template_of(parts, asked.template) if asked.template else None,
        "params_version": version,
        "by": (by or "") if asked.by is None else asked.by,
    }
    command = EditRun(**_order(), run_id=whole, **given)
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


def _version_meant(if_match: str | None) -> int | None:
    """The version of the parameters that an edit is made on; None where any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _IF_MATCH.fullmatch(if_match.strip())
    if found is None:
        raise refuse(
            "bad-etag",
            "If-Match names no version of the parameters",
            422,
            field="if-match",
            hint='the ETag of /params, as "params-3"',
        )
    return int(found[1])


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
    return launched(parts, run_id, accepted)
