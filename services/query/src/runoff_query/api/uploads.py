"""The route that takes predictions made elsewhere: they become a model `upload/<name>`."""

import asyncio
import errno
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from runoff_contracts.commands import RegisterModel
from runoff_contracts.model_spec import UploadSpec
from runoff_contracts.registry_views import RegisteredPredictions
from runoff_contracts.task import TASKS, Task
from runoff_objects.errors import ObjectError
from runoff_objects.strangers import strangers
from runoff_objects.uploaded import Uploaded
from runoff_query.api.bodies import LINES_BODY, check_lines, checked_name
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import ProblemRaised, refuse, unknown
from runoff_query.api.reading import AFTER_S, made
from runoff_query.api.registry import version_meant
from runoff_query.registering.predictions import Taken, take
from runoff_query.registering.upload import disk_full, spooled
from runoff_query.statements import statement

PREFIX: Final = "/api/predictions/"
_APPENDING: Final[defaultdict[str, asyncio.Lock]] = defaultdict(asyncio.Lock)
"""By model: each append builds on the one before, and there is one API process."""

router = APIRouter(tags=["registry"])


@dataclass(frozen=True)
class _Before:
    """The newest version of a model that is appended to."""

    task: Task
    made_by: str | None
    file: str


@router.post(
    "/predictions/{name}",
    status_code=201,
    response_model=RegisteredPredictions,
    responses={200: {"model": RegisteredPredictions, "description": "They were there already"}},
    openapi_extra=LINES_BODY,
)
async def upload_predictions(
    name: str,
    request: Request,
    parts: PartsOf,
    task: Annotated[Task | None, Query(description="Not needed with append")] = None,
    made_by: Annotated[str | None, Query(max_length=200, description="In your words")] = None,
    live: Annotated[
        bool, Query(description="No body: predictions are pushed to each run while it goes on")
    ] = False,
    append: Annotated[
        bool, Query(description="Add to the newest version; the result is a version of its own")
    ] = False,
    dataset: Annotated[
        str | None, Query(description="Warn of rows that match no entry of name or name@version")
    ] = None,
    after: Annotated[int | None, Query(ge=0, le=2**62, description="As of reads")] = None,
) -> Response:
    """Register predictions, an entry a row (JSON lines); they can then take part in runs."""
    title = "The name of the predictions is wrong"
    model = f"upload/{checked_name(name, problem='bad-model-name', title=title)}"
    if live:
        view = await _register_live(request, parts, model, task, made_by, append=append)
        return _registered_answer(parts, view)
    check_lines(request)
    if not append and task is None:
        raise _needs_task()
    entries = (await version_meant(parts, dataset)).digest if dataset is not None else None
    async with spooled(request, folder=parts.settings.upload_folder) as body:
        if not append:
            view = await _register(parts, model, body, task, made_by, None, entries)
        else:
            async with _APPENDING[model]:
                if after is not None:
                    await parts.progress.reach(after, limit_s=AFTER_S)
                before = await _newest(parts, model)
                view = await _register(parts, model, body, task, made_by, before, entries)
                # The next append reads what this one wrote.
                await parts.progress.reach(view.seq, limit_s=AFTER_S)
    return _registered_answer(parts, view)


def _registered_answer(parts: Parts, view: RegisteredPredictions) -> Response:
    return made(parts, view, view.seq, f"/api/models/{view.model}", is_new=view.created)


async def _register_live(
    request: Request,
    parts: Parts,
    model: str,
    task: Task | None,
    made_by: str | None,
    *,
    append: bool,
) -> RegisteredPredictions:
    """Have a model registered whose predictions come later.

    Raises:
        ProblemRaised: When there is a body, or nothing said of the task.
    """
    if append or await _has_body(request):
        raise refuse(
            "invalid-request",
            "A live model has no predictions of its own",
            422,
            field="live",
            hint="send no body; push predictions to a run: POST /api/runs/{run_id}/predictions",
        )
    if task is None:
        raise _needs_task()
    return await _registered(parts, model, UploadSpec(task=task, live=True, made_by=made_by))


async def _has_body(request: Request) -> bool:
    async for chunk in request.stream():
        if chunk:
            return True
    return False


async def _register(
    parts: Parts,
    model: str,
    body: Path,
    task: Task | None,
    made_by: str | None,
    before: _Before | None,
    entries: str | None,
) -> RegisteredPredictions:
    """Check the rows, store them, and have them registered.

    Args:
        entries: Digest of the entry set that they are for, where it is said.

    Raises:
        ProblemRaised: With the rows that are wrong; nothing was stored.
    """
    if before is not None and task not in {None, before.task}:
        raise refuse(
            "task-differs",
            f"{model} is for {before.task}",
            409,
            field="task",
            hint=f"leave it out, or give {before.task}",
        )
    task = before.task if before else task
    if task is None:
        raise _needs_task()
    made = body.with_name("made")
    if before is not None:
        await _fetch(parts, before.file, made)
    try:
        taken = await asyncio.to_thread(_take, body, made, task, appends=before is not None)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise disk_full() from error
        raise
    _refuse_wrong(taken)
    kept = before.made_by if before else None
    spec = UploadSpec(
        task=task, n_answers=taken.n_rows, made_by=made_by if made_by is not None else kept
    )
    warning = await _strangers(parts, made, entries) if entries else None
    view = await _registered(parts, model, spec, await parts.objects.put_file(made), taken)
    return view.model_copy(update={"warnings": [warning] if warning else []})


async def _strangers(parts: Parts, made: Path, entries: str) -> str | None:
    with made.open("rb") as file:
        uploaded = await asyncio.to_thread(Uploaded, file)
        try:
            return await strangers(uploaded, parts.objects, entries)
        except ObjectError as error:
            raise refuse("object-missing", "The entries of the dataset are gone", 500) from error


async def _registered(
    parts: Parts,
    model: str,
    spec: UploadSpec,
    file: str | None = None,
    taken: Taken | None = None,
) -> RegisteredPredictions:
    """Have predictions registered, with the stored file of sound rows unless they are live."""
    taken = taken or Taken()
    accepted = await parts.order(
        RegisterModel(
            command_id=str(uuid.uuid4()),
            sent_at=datetime.now(UTC),
            model=model,
            file=file,
            n_bytes=taken.n_bytes or None,
            spec=spec,
        )
    )
    return RegisteredPredictions.model_validate(
        {
            "id": f"{model}@{accepted.data['number']}",
            "seq": accepted.seq,
            "model": model,
            "number": accepted.data["number"],
            "digest": file,
            "n_answers": taken.n_rows,
            "n_new": taken.n_new,
            "n_bytes": taken.n_bytes,
            "created": accepted.data["created"],
        }
    )


async def _fetch(parts: Parts, digest: str, target: Path) -> None:
    with target.open("wb") as file:
        try:
            await parts.objects.save(digest, file)
        except ObjectError as error:
            raise refuse("object-missing", "What was uploaded before is gone", 500) from error


def _take(body: Path, made: Path, task: Task, *, appends: bool) -> Taken:
    with body.open("rb") as source, made.open("a+b") as target:
        return take(source, target, task, before=Uploaded(target) if appends else None)


def _refuse_wrong(taken: Taken) -> None:
    if taken.n_errors:
        listed = (
            ""
            if taken.n_errors == len(taken.errors)
            else (f" The first {len(taken.errors)} are listed.")
        )
        raise refuse(
            "bad-predictions",
            "The predictions have mistakes",
            422,
            f"{taken.n_errors} found; nothing was registered.{listed}",
            errors=taken.errors,
        )
    if taken.n_rows == 0:
        raise refuse("empty-predictions", "There are no predictions in the body", 422)


async def _newest(parts: Parts, model: str) -> _Before:
    row = await parts.pool.fetchrow(statement("read/newest_upload"), model)
    if row is None:
        raise unknown("model", model)
    spec = UploadSpec.model_validate_json(row["spec"])
    if spec.live:
        raise refuse(
            "model-live",
            f"{model} is live",
            409,
            field="append",
            hint="push predictions to a run: POST /api/runs/{run_id}/predictions",
        )
    return _Before(spec.task, spec.made_by, row["file"])


def _needs_task() -> ProblemRaised:
    return refuse(
        "bad-task",
        "The predictions need a task",
        422,
        field="task",
        hint=f"one of {', '.join(TASKS)}",
    )
