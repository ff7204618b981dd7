"""`/datasets/new`: chosen files become a dataset's version, or it says row by row why not."""

import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Final, get_args

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.errors import InvalidInput, ProblemError
from runoff_contracts.problem import FieldError
from runoff_contracts.task import Task
from runoff_web.errors import BadForm
from runoff_web.parts import parts_of
from runoff_web.security import MAX_UPLOAD_BYTES, UPLOADS

_MAX_FILES: Final = 20_000
_MAX_UNPACKED: Final = 4 * MAX_UPLOAD_BYTES
_MAX_SHOWN: Final = 100
_ALONE: Final = {".jsonl", ".ndjson", ".csv"}
_BROKEN: Final = (zlib.error, lzma.LZMAError)
_TASK: Final = TypeAdapter[Task](Task)


def new(request: Request) -> Response:
    """An empty form."""
    return _form(request, request.query_params.get("name", ""), "classification", [])


async def add(request: Request) -> Response:
    """Register what was sent; a form that is refused keeps its words, browsers no files."""
    async with request.form(max_files=_MAX_FILES, max_fields=10) as form:
        return await run_in_threadpool(_add, request, form)


def _add(request: Request, form: FormData) -> Response:
    name, task = str(form.get("name", "")).strip(), str(form.get("task", ""))
    chosen = [
        each
        for each in (*form.getlist("file"), *form.getlist("folder"))
        if isinstance(each, UploadFile) and each.filename
    ]
    client = parts_of(request).client
    with tempfile.TemporaryDirectory(prefix="runoff-chosen-") as folder:
        try:
            path = _kept(chosen, Path(folder))
            made = client.datasets.add(path, name=name, task=_TASK.validate_python(task))
        except BadForm as error:
            return _form(request, name, task, [FieldError(field=error.field, message=str(error))])
        except ValidationError:
            said = f"is one of {', '.join(get_args(Task))}"
            return _form(request, name, task, [FieldError(field="task", message=said)])
        except (InvalidInput, ProblemError) as error:
            told = error.errors if isinstance(error, InvalidInput) else error.problem.errors
            general = FieldError(field="", message=str(error).replace(folder, ""))
            return _form(request, name, task, list(told) or [general])
    dataset = made.id.rpartition("@")[0]
    client.datasets.show(dataset, after=made.seq)
    return RedirectResponse(f"/datasets/{dataset}", HTTPStatus.SEE_OTHER)


def _kept(chosen: Sequence[UploadFile], folder: Path) -> Path:
    """The files below this folder; what of it is a manifest by itself, or the folder with one.

    Raises:
        BadForm: Where nothing was chosen, or a name or an archive is not what it should be.
    """
    if not chosen:
        raise BadForm("file", "choose a file or a folder")
    if len(chosen) == 1 and (chosen[0].filename or "").lower().endswith(".zip"):
        return _unpacked(chosen[0], folder)
    names = [_name_of(each.filename or "") for each in chosen]
    if len(set(names)) < len(names):
        raise BadForm("file", "two of the files have the same name")
    try:
        for each, name in zip(chosen, names, strict=True):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                shutil.copyfileobj(each.file, file)
    except OSError as error:  # a name that is too long, or of a file and of a folder
        raise BadForm("file", f"a file cannot be kept: {error.strerror}") from error
    alone = folder / names[0]
    return alone if len(names) == 1 and alone.suffix.lower() in _ALONE else _home(folder)


def _unpacked(archive: UploadFile, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(archive.file) as packed:
            members = packed.infolist()
            if len(members) > _MAX_FILES or sum(each.file_size for each in members) > _MAX_UNPACKED:
                raise BadForm("file", "the archive holds too much: the command takes any size")
            for each in members:
                _name_of(each.filename)
                packed.extract(each, folder)
    except OSError as error:
        raise BadForm("file", f"the archive cannot be unpacked: {error.strerror}") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, *_BROKEN) as error:
        raise BadForm("file", f"the archive cannot be read: {error}") from error
    return _home(folder)


def _home(folder: Path) -> Path:
    """Where the manifest is: what is chosen as a folder has its name before every file."""
    found = list(folder.iterdir())
    return found[0] if len(found) == 1 and found[0].is_dir() else folder


def _name_of(given: str) -> PurePosixPath:
    """A path within the folder.

    Raises:
        BadForm: Where it would leave it.
    """
    path = PurePosixPath(given.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in given:
        raise BadForm("file", f"{given[:80]} is no name of a file within a folder")
    return path


def _form(request: Request, name: str, task: str, errors: Sequence[FieldError]) -> Response:
    fields = {each.field: each.message for each in errors if each.field in {"name", "task", "file"}}
    rows = [each for each in errors if each.field not in fields or each.line]
    return parts_of(request).pages.page(
        request,
        "dataset_new.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        name=name,
        task=task,
        tasks=get_args(Task),
        errors=fields,
        rows=rows[:_MAX_SHOWN],
        n_rows=len(rows),
        most_mb=MAX_UPLOAD_BYTES // 1024**2,
    )


ROUTES = [
    Route(UPLOADS, new, methods=["GET"]),
    Route(UPLOADS, add, methods=["POST"]),
]
