"""The route that registers a model: its declaration, and its files where it has some.

A worker checks both first: it alone can load a file, or reach a server.
"""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pydantic_core
from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from runoff_contracts.commands import CheckModel, RegisterModel
from runoff_contracts.declaring import FILE_PROVIDERS, KINDS, read_declaration
from runoff_contracts.errors import BadDeclaration
from runoff_contracts.model_spec import ModelSpec
from runoff_contracts.problem import FieldError
from runoff_contracts.specs.tensors import EmbeddingOutput, TensorSpec
from runoff_contracts.views import AcceptedView
from runoff_query.api.bodies import media_type_of
from runoff_query.api.checking import check_model
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import made
from runoff_query.registering.model_file import stored

JSON: Final = "application/json"
_MAX_NAME: Final = 200
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["model", "spec"],
                    "properties": {
                        "model": {"type": "string", "description": "As `onnx/digits-net`"},
                        "spec": {"type": "string", "contentMediaType": JSON},
                        "file": {"type": "string", "format": "binary"},
                        "gallery": {
                            "type": "string",
                            "format": "binary",
                            "description": "Labelled vectors (.npz) for a model of embeddings",
                        },
                    },
                }
            },
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["model", "spec"],
                    "properties": {
                        "model": {"type": "string", "description": "As `openai/gpt-4o-terse`"},
                        "spec": {"type": "object"},
                    },
                }
            },
        },
    }
}

router = APIRouter(tags=["registry"])


class RegisteredModel(AcceptedView):
    """A model's version, which may have been there before: its content is its identity."""

    model: str
    number: int
    file: str | None = None
    n_bytes: int | None = None
    created: bool
    """False where this very file and declaration were registered under this name before."""


@dataclass(frozen=True)
class _Asked:
    """What is to be registered."""

    model: str
    spec: ModelSpec
    file: str | None = None
    n_bytes: int | None = None


@router.post(
    "/models",
    status_code=201,
    response_model=RegisteredModel,
    responses={200: {"model": RegisteredModel, "description": "It was there already"}},
    openapi_extra=_BODY,
)
async def register_model(request: Request, parts: PartsOf) -> Response:
    """Register a model: a form with file and declaration, or JSON where there is no file."""
    if media_type_of(request) == JSON:
        asked = await asyncio.to_thread(_read_body, await request.body())
    else:
        asked = await _read_form(request, parts)
    sent_at = datetime.now(UTC)
    check = CheckModel(
        command_id=str(uuid.uuid4()),
        sent_at=sent_at,
        model=asked.model,
        file=asked.file,
        spec=asked.spec,
        task=asked.spec.task,
    )
    await check_model(parts, check, field="file" if asked.file else "spec")
    accepted = await parts.order(
        RegisterModel(
            command_id=str(uuid.uuid4()),
            sent_at=sent_at,
            model=asked.model,
            file=asked.file,
            n_bytes=asked.n_bytes,
            spec=asked.spec,
        )
    )
    number, created = accepted.data["number"], bool(accepted.data["created"])
    view = RegisteredModel.model_validate(
        {
            "id": f"{asked.model}@{number}",
            "seq": accepted.seq,
            "model": asked.model,
            "number": number,
            "file": asked.file,
            "n_bytes": asked.n_bytes,
            "created": created,
        }
    )
    return made(parts, view, view.seq, f"/api/models/{asked.model}", is_new=created)


def _read_body(body: bytes) -> _Asked:
    try:
        data = pydantic_core.from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise refuse(
            "bad-json", "The body is no JSON", 422, field="body", hint=str(error)
        ) from error
    if not isinstance(data, dict) or set(data) - {"model", "spec"}:
        raise refuse(
            "invalid-request",
            "The request is not valid",
            422,
            field="body",
            hint="the body is {model, spec: {…}}",
        )
    model = _name(data.get("model"))
    provider = _provider(model)
    if provider in FILE_PROVIDERS:
        raise refuse(
            "invalid-request",
            f"A model of {provider}/… is a file",
            422,
            field="file",
            hint="send a form (multipart/form-data) of model, spec and file",
        )
    return _Asked(model, _spec(data.get("spec"), provider))


async def _read_form(request: Request, parts: Parts) -> _Asked:
    limit = parts.settings.max_json_bytes
    async with request.form(max_files=3, max_fields=2, max_part_size=limit) as form:
        model = _name(form.get("model"))
        provider = _provider(model)
        spec = _spec(_json(await _text(form, "spec")), provider)
        file, is_file = form.get("file"), provider in FILE_PROVIDERS
        if is_file and not isinstance(file, UploadFile):
            raise refuse(
                "invalid-request", "The form has no file", 422, field="file", hint="a file part"
            )
        if not is_file and file is not None:
            raise refuse(
                "invalid-request",
                f"A model of {provider}/… has no file",
                422,
                field="file",
                hint="leave it out: the declaration says everything",
            )
        spec = await _with_gallery(spec, form.get("gallery"), parts)
        if not isinstance(file, UploadFile):
            return _Asked(model, spec)
        return _Asked(model, spec, *await _stored(file, "file", parts))


async def _with_gallery(
    spec: ModelSpec, gallery: UploadFile | str | None, parts: Parts
) -> ModelSpec:
    """The declaration with the digest of the labelled vectors that came along."""
    if gallery is None:
        return spec
    if not (isinstance(spec, TensorSpec) and isinstance(spec.output, EmbeddingOutput)):
        raise refuse(
            "invalid-request",
            "The model takes no gallery",
            422,
            field="gallery",
            hint="leave it out, or declare an output of kind embedding",
        )
    if not isinstance(gallery, UploadFile):
        raise refuse(
            "invalid-request", "The gallery is no file", 422, field="gallery", hint="a file part"
        )
    digest, _ = await _stored(gallery, "gallery", parts)
    output = spec.output.model_copy(update={"gallery": digest})
    return spec.model_copy(update={"output": output})


async def _stored(file: UploadFile, field: str, parts: Parts) -> tuple[str, int]:
    limit, folder = parts.settings.max_model_bytes, parts.settings.upload_folder
    return await stored(file, parts.objects, field=field, most_bytes=limit, folder=folder)


def _provider(model: str) -> str:
    return model.partition("/")[0]


def _name(model: object) -> str:
    provider, _, name = model.partition("/") if isinstance(model, str) else ("", "", "")
    safe = name and "@" not in name and name.isprintable() and len(name) <= _MAX_NAME
    # Predictions made elsewhere are registered by the route that takes them.
    known = [each for each in KINDS if each != "upload"]
    if provider not in known or not safe:
        raise refuse(
            "bad-model-name",
            "The model's name is missing or wrong",
            422,
            field="model",
            hint=f"{', '.join(f'{each}/' for each in known)} and a name of at most {_MAX_NAME} "
            "characters, without @",
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


def _json(text: str | bytes) -> object:
    try:
        return pydantic_core.from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise refuse(
            "invalid-request",
            "The declaration is no JSON",
            422,
            field="spec",
            hint=str(error),
        ) from error


def _spec(data: object, provider: str) -> ModelSpec:
    try:
        return read_declaration(data, provider=provider)
    except BadDeclaration as error:
        errors = [
            FieldError(field=f"spec.{each.field}" if each.field else "spec", message=each.message)
            for each in error.errors
        ]
        raise refuse(
            "invalid-request", "The declaration is not valid", 422, errors=errors
        ) from error
