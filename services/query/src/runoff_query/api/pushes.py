"""Routes that take predictions while a run is under way, and say that nothing more comes."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from runoff_contracts.commands import CompleteUploads, UploadPredictions
from runoff_contracts.problem import FieldError
from runoff_contracts.views import AcceptedView, UploadedView
from runoff_objects.errors import ObjectError
from runoff_query.api.bodies import LINES_BODY, check_lines
from runoff_query.api.parts import PartsOf
from runoff_query.api.problems import ProblemRaised, refuse
from runoff_query.api.reading import AFTER_S, as_json
from runoff_query.api.runs import known_run, resolve
from runoff_query.registering.pushed import Batch, read_batch

_GIVEN: Final = "urn:runoff:problem:answer-given"

router = APIRouter(tags=["runs"])

Model = Annotated[
    str | None,
    Query(min_length=3, max_length=300, description="upload/NAME; needed where several are live"),
]


@router.post("/runs/{run_id}/predictions", response_model=UploadedView, openapi_extra=LINES_BODY)
async def push_predictions(
    run_id: str,
    request: Request,
    parts: PartsOf,
    model: Model = None,
    after: Annotated[int | None, Query(ge=0, le=2**62, description="As of reads")] = None,
) -> Response:
    """Take predictions of a live model, an entry a row (JSON lines); twice is the same as once."""
    check_lines(request)
    if after is not None:
        await parts.progress.reach(after, limit_s=AFTER_S)
    run = await known_run(parts, run_id)
    body = await request.body()
    try:
        places = await parts.entry_ids.of(run.entries_digest)
    except ObjectError as error:
        raise refuse("object-missing", "The entries of the run are gone", 500) from error
    batch = await asyncio.to_thread(read_batch, body, run.task, places)
    _refuse_wrong(batch)
    file = await parts.objects.put(batch.content())
    command = UploadPredictions(
        command_id=str(uuid.uuid4()),
        sent_at=datetime.now(UTC),
        run_id=run.run_id,
        model=model,
        file=file,
        rows=batch.marked(),
    )
    try:
        accepted = await parts.order(command)
    except ProblemRaised as refused:
        raise _at_lines(refused, batch) from refused
    return as_json(
        UploadedView.model_validate(
            {"id": run.run_id, "seq": accepted.seq, "n_rows": batch.n_rows, **accepted.data}
        )
    )


@router.post("/runs/{run_id}/predictions/complete", response_model=AcceptedView)
async def complete_predictions(run_id: str, parts: PartsOf, model: Model = None) -> Response:
    """Say that nothing more comes: entries without a prediction fail, and the run goes on."""
    whole = await resolve(parts, run_id)
    accepted = await parts.order(
        CompleteUploads(
            command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC), run_id=whole, model=model
        )
    )
    return as_json(AcceptedView(id=whole, seq=accepted.seq))


def _refuse_wrong(batch: Batch) -> None:
    if batch.n_errors:
        listed = f" The first {len(batch.errors)} are listed."
        raise refuse(
            "bad-predictions",
            "The predictions have mistakes",
            422,
            f"{batch.n_errors} found; none was taken."
            + (listed if batch.n_errors > len(batch.errors) else ""),
            errors=batch.errors,
        )
    if batch.n_rows == 0:
        raise refuse("empty-predictions", "There are no predictions in the body", 422)


def _at_lines(refused: ProblemRaised, batch: Batch) -> ProblemRaised:
    """The same, with entries and lines in place of what run-manager knows: their places."""
    problem = refused.problem
    if problem.type != _GIVEN:
        return refused
    errors = batch.blame(_places(problem.errors))
    return ProblemRaised(problem.model_copy(update={"errors": errors}), refused.headers)


def _places(errors: Sequence[FieldError]) -> dict[int, str]:
    return {
        int(each.field.rpartition(".")[2]): each.message
        for each in errors
        if each.field.rpartition(".")[2].isdecimal()
    }
