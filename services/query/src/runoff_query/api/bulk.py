"""Routes that take several runs at once: archive them, restore them, delete them.

Each run is an order of its own: what one of them forbids is told, and the others are done.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from runoff_contracts.commands import Command, DeleteRun, EditRun
from runoff_contracts.events.review import Who
from runoff_contracts.views import BulkView, RefusedRun
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import ProblemRaised
from runoff_query.api.reading import as_json
from runoff_query.api.reviews import By
from runoff_query.api.runs import resolve

MAX_RUNS: Final = 1000

router = APIRouter(tags=["runs"])


class RunsRequest(BaseModel):
    """Which runs are meant."""

    model_config = ConfigDict(extra="forbid")

    run_ids: list[Annotated[str, Field(max_length=100)]] = Field(min_length=1, max_length=MAX_RUNS)
    """Whole ids, or beginnings of at least eight characters."""
    by: Who | None = None
    """Before the header `Runoff-By`."""


@router.post("/runs/archive", response_model=BulkView)
async def archive_runs(asked: RunsRequest, parts: PartsOf, by: By = None) -> Response:
    """Leave runs out of lists that do not ask for archived ones; active runs go on."""
    who = (by or "") if asked.by is None else asked.by
    return await _each(parts, asked, lambda run_id: _edit(run_id, archived=True, by=who))


@router.post("/runs/restore", response_model=BulkView)
async def restore_runs(asked: RunsRequest, parts: PartsOf, by: By = None) -> Response:
    """Put archived runs back into every list."""
    who = (by or "") if asked.by is None else asked.by
    return await _each(parts, asked, lambda run_id: _edit(run_id, archived=False, by=who))


@router.post("/runs/delete", response_model=BulkView)
async def delete_runs(asked: RunsRequest, parts: PartsOf) -> Response:
    """Take settled runs out of every view, which cannot be undone; active ones are refused."""
    return await _each(
        parts,
        asked,
        lambda run_id: DeleteRun(
            command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC), run_id=run_id
        ),
    )


def _edit(run_id: str, *, archived: bool, by: str) -> EditRun:
    return EditRun(
        command_id=str(uuid.uuid4()),
        sent_at=datetime.now(UTC),
        run_id=run_id,
        archived=archived,
        by=by,
    )


async def _each(parts: Parts, asked: RunsRequest, command: Callable[[str], Command]) -> Response:
    """Carry out one order a run; one that is named twice is done once."""
    done: dict[str, int] = {}
    refused: list[RefusedRun] = []
    # One after the other, as run-manager takes them anyway.
    for name in dict.fromkeys(asked.run_ids):
        try:
            run_id = await resolve(parts, name)
            done[run_id] = (await parts.order(command(run_id))).seq
        except ProblemRaised as raised:
            if raised.problem.status >= 500:
                raise
            refused.append(RefusedRun(run_id=name, problem=raised.problem))
    return as_json(BulkView(seq=max(done.values(), default=0), done=list(done), refused=refused))
