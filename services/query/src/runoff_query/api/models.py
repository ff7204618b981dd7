"""The route that registers a model: its file and its declaration, checked by a worker first."""

import asyncio
import errno
import shutil
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from runoff_contracts.commands import CheckModel, RegisterModel
from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.problem import FieldError
from runoff_contracts.views import AcceptedView
from runoff_query.api.checking import check_model
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import as_json
from runoff_query.registering.upload import disk_full

PROVIDER: Final = "onnx"
"""The provider whose models are files."""
_MAX_NAME: Final = 200
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["model", "spec", "file"],
                    "properties": {
                        "model": {"type": "string", "description": "As `onnx/digits-net`"},
                        "spec": {"type": "string", "contentMediaType": "application/json"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}

router = APIRouter(tags=["registry"])


class RegisteredModel(AcceptedView):
    """A model's version, which may have been there before: its content is its identity."""

    model: str
    number: int
    file: str
    n_bytes: int
    created: bool
    """False where this very file and declaration were registered under this name before."""


@router.post(
    "/models",
    status_code=201,
    response_model=RegisteredModel,
    responses={200: {"model": RegisteredModel, "description": "It was there already"}},
    openapi_extra=_BODY,
)
async def register_model(request: Request, parts: PartsOf) -> Response:
    """Register a model file with its declaration; a worker loads it before it is taken."""
    limit = parts.settings.max_json_bytes
    async with request.form(max_files=2, max_fields=2, max_part_size=limit) as form:
        model = _name(form)
        spec = _spec(await _text(form, "spec"))
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise refuse(
                "invalid-request", "The form has no file", 422, field="file", hint="a file part"
            )
        digest, n_bytes = await _store(parts, file)
    sent_at = datetime.now(UTC)
    check = CheckModel(
        command_id=str(uuid.uuid4()), sent_at=sent_at, model=model, file=digest, spec=spec
    )
    await check_model(parts, check, field="file")
    accepted = await parts.order(
        RegisterModel(
            command_id=str(uuid.uuid4()),
            sent_at=sent_at,
            model=model,
            file=digest,
            n_bytes=n_bytes,
            spec=spec,
        )
    )
    number, created = accepted.data["number"], bool(accepted.data["created"])
    view = RegisteredModel.model_validate(
        {
            "id": f"{model}@{number}",
            "seq": accepted.seq,
            "model": model,
            "number": number,
            "file": digest,
            "n_bytes": n_bytes,
            "created": created,
        }
    )
    location = {"Location": f"/api/models/{model}"}
    return as_json(view, status=201 if created else 200, headers=location)


def _name(form: FormData) -> str:
    model = form.get("model")
    provider, _, name = model.partition("/") if isinstance(model, str) else ("", "", "")
    safe = name and "@" not in name and name.isprintable() and len(name) <= _MAX_NAME
    if provider != PROVIDER or not safe:
        raise refuse(
            "bad-model-name",
            "The model's name is missing or wrong",
            422,
            field="model",
            hint=f"{PROVIDER}/ and a name of at most {_MAX_NAME} characters, without @",
        )
    return f"{provider}/{name}"


async def _text(form: FormData, field: str) -> str | bytes:
    """A part of the form, sent as a field or as a file."""
    part = form.get(field)
    if part is None:
        raise refuse(
            "invalid-request", f"The form has no {field}", 422, field=field, hint="is required"
        )
    return await part.read() if isinstance(part, UploadFile) else part


def _spec(text: str | bytes) -> OnnxSpec:
    try:
        return OnnxSpec.model_validate_json(text)
    except ValidationError as error:
        errors = [
            FieldError(
                field=".".join(["spec", *(str(part) for part in each["loc"])]), message=each["msg"]
            )
            for each in error.errors(include_url=False, include_input=False)
        ]
        raise refuse(
            "invalid-request", "The declaration is not valid", 422, errors=errors
        ) from error


async def _store(parts: Parts, file: UploadFile) -> tuple[str, int]:
    """Digest and size of the file, which is in the object store afterwards."""
    with tempfile.TemporaryDirectory(
        prefix="runoff-upload-", dir=parts.settings.upload_folder
    ) as home:
        path = Path(home) / "model"
        try:
            n_bytes = await asyncio.to_thread(_copy, file, path)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise disk_full() from error
            raise
        if n_bytes == 0 or n_bytes > parts.settings.max_model_bytes:
            raise refuse(
                "bad-model-file",
                "The file is empty or too large",
                422 if n_bytes == 0 else 413,
                field="file",
                hint=f"1 to {parts.settings.max_model_bytes} bytes",
            )
        return await parts.objects.put_file(path), n_bytes


def _copy(file: UploadFile, path: Path) -> int:
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target, 1024 * 1024)
        return target.tell()
