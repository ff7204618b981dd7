"""The route that registers a dataset, from a folder, a manifest, or rows in the body."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import pydantic_core
from fastapi import APIRouter, Query, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from runoff_contracts.commands import RegisterDataset
from runoff_contracts.task import Task
from runoff_contracts.views import AcceptedView
from runoff_query.api.bodies import check_type, checked_name
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import made
from runoff_query.registering.archive import Archive, NotAnArchive
from runoff_query.registering.dataset import Source, check, store
from runoff_query.registering.manifest import Found, Read, csv_rows, json_lines
from runoff_query.registering.rows import Place
from runoff_query.registering.upload import spooled

TAR: Final = "application/x-tar"
MANIFESTS: Final[dict[str, Read]] = {
    "application/x-ndjson": json_lines,
    "application/jsonl": json_lines,
    "text/csv": csv_rows,
}
JSON: Final = "application/json"

_TASK: Final[TypeAdapter[Task]] = TypeAdapter(Task)
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            TAR: {"schema": {"type": "string", "format": "binary"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["entries"],
                    "properties": {
                        "name": {"type": "string"},
                        "task": {"type": "string"},
                        "entries": {"type": "array", "items": {"type": "object"}},
                    },
                }
            },
        },
    }
}

router = APIRouter(tags=["registry"])


class RegisteredDataset(AcceptedView):
    """A dataset's version, which may have been there before: its content is its identity."""

    dataset: str
    number: int
    digest: str
    n_entries: int
    splits: dict[str, int]
    sections: dict[str, int]
    created: bool
    """False where this very content was registered under this name before."""


@router.post(
    "/datasets",
    status_code=201,
    response_model=RegisteredDataset,
    responses={200: {"model": RegisteredDataset, "description": "It was there already"}},
    openapi_extra=_BODY,
)
async def register_dataset(
    request: Request,
    parts: PartsOf,
    name: Annotated[str | None, Query(description="Letters, digits, dot, dash, underscore")] = None,
    task: str | None = None,
) -> Response:
    """Register a folder (tar), a manifest (JSON lines or CSV), or `{name, task, entries: […]}`."""
    async with _source(request, parts, name, task) as (asked, source):
        fields = await check(source)
        entries = await store(source, parts.objects)
    accepted = await parts.order(
        RegisterDataset(
            command_id=str(uuid.uuid4()),
            sent_at=datetime.now(UTC),
            dataset=asked.name,
            task=asked.task,
            entries=entries.digest,
            n_entries=entries.n_entries,
            splits=entries.splits,
            sections=entries.sections,
            fields=fields,
        )
    )
    number, created = accepted.data["number"], bool(accepted.data["created"])
    view = RegisteredDataset.model_validate(
        {
            "id": f"{asked.name}@{number}",
            "seq": accepted.seq,
            "dataset": asked.name,
            "number": number,
            "digest": entries.digest,
            "n_entries": entries.n_entries,
            "splits": entries.splits,
            "sections": entries.sections,
            "created": created,
        }
    )
    return made(parts, view, view.seq, f"/api/datasets/{asked.name}", is_new=created)


class _Asked:
    """The name and task, checked before a gigabyte is read."""

    def __init__(self, name: object, task: object) -> None:
        title = "The dataset's name is missing or wrong"
        self.name = checked_name(name, problem="bad-name", title=title)
        try:
            self.task: Task = _TASK.validate_python("classification" if task is None else task)
        except ValidationError as error:
            raise refuse(
                "bad-task",
                "There is no such task",
                422,
                field="task",
                hint=error.errors()[0]["msg"],
            ) from error


@asynccontextmanager
async def _source(
    request: Request, parts: Parts, name: str | None, task: str | None
) -> AsyncIterator[tuple[_Asked, Source]]:
    media_type = check_type(request, (TAR, *MANIFESTS, JSON), what="A dataset is")
    if media_type == JSON:
        asked, rows = _read_body(await request.body(), name, task)
        yield asked, Source(rows, asked.task)
        return
    asked = _Asked(name, task)
    async with spooled(request, folder=parts.settings.upload_folder) as path:
        if media_type != TAR:
            read = MANIFESTS[media_type]
            yield asked, Source(lambda: _manifest_rows(path, read, asked.task), asked.task)
            return
        with await asyncio.to_thread(_open, path) as archive:
            yield asked, _archive_source(archive, asked.task)


def _manifest_rows(path: Path, read: Read, task: Task) -> Iterator[Found]:
    with path.open("rb") as file:
        yield from read(file, "manifest", task)


def _open(path: Path) -> Archive:
    try:
        return Archive(path)
    except NotAnArchive as error:
        raise refuse(
            "bad-archive",
            "The folder cannot be read",
            422,
            str(error),
            field="body",
            hint=str(error),
        ) from error


def _archive_source(archive: Archive, task: Task) -> Source:
    read = csv_rows if archive.manifest.endswith(".csv") else json_lines

    def rows() -> Iterator[Found]:
        with archive.open(archive.manifest) as file:
            yield from read(file, archive.manifest, task)

    return Source(rows, task, archive.size_of, archive.read, archive.errors)


def _read_body(
    body: bytes, name: str | None, task: str | None
) -> tuple[_Asked, Callable[[], Iterator[Found]]]:
    try:
        data = pydantic_core.from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise refuse(
            "bad-json", "The body is no JSON", 422, field="body", hint=str(error)
        ) from error
    entries = data.get("entries") if isinstance(data, dict) else None
    if not isinstance(entries, list) or set(data) - {"name", "task", "entries"}:
        raise refuse(
            "invalid-request",
            "The request is not valid",
            422,
            field="entries",
            hint="the body is {name, task, entries: [{id, text, …}, …]}",
        )

    def rows() -> Iterator[Found]:
        for number, entry in enumerate(entries):
            place = Place(None, None, f"entries.{number}.")
            if isinstance(entry, dict):
                yield place, entry
            else:
                yield place.error("", "is no JSON object")

    return _Asked(data.get("name", name), data.get("task", task)), rows
