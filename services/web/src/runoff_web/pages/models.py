"""`/models`: what can be asked, whether it is ready, and registering a language model."""

from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.errors import InvalidInput, ProblemError
from runoff_contracts.registry_views import ModelCheckView
from runoff_web.errors import BadJson
from runoff_web.json_text import read_json
from runoff_web.launch_form import as_json
from runoff_web.parts import parts_of

_LIST: Final = 24
_LAST_RUNS: Final = 10
_STARTER: Final = as_json(
    {
        "task": "text",
        "model": "gpt-4o-mini",
        "system": "You answer in one word.",
        "prompt": "{{text}}",
        "temperature": 0,
    }
)


def index(request: Request) -> Response:
    """Registered models by name, each with its newest run."""
    parts = parts_of(request)
    cursor = request.query_params.get("cursor") or None
    page = parts.client.models.list(limit=_LIST, cursor=cursor)
    runs = parts.client.runs
    return parts.pages.page(
        request,
        "models.html",
        models=[(each, runs.list(model=each.model, limit=1).items) for each in page.items],
        next_cursor=page.next_cursor,
        workers=parts.client.server.health().workers,
    )


def show(request: Request) -> Response:
    """One model with its versions."""
    return _page(request, request.path_params["name"])


async def check(request: Request) -> Response:
    """Ask a worker whether the model can be asked, and say what it says."""
    form = await request.form()
    return await run_in_threadpool(_check, request, _text(form, "model"))


def _check(request: Request, name: str) -> Response:
    checked = parts_of(request).client.models.check(name)
    return _page(request, checked.model, checked)


def _page(request: Request, name: str, checked: ModelCheckView | None = None) -> Response:
    parts = parts_of(request)
    return parts.pages.page(
        request,
        "model.html",
        model=parts.client.models.show(name),
        checked=checked,
        runs=parts.client.runs.list(model=name, limit=_LAST_RUNS).items,
    )


def new(request: Request) -> Response:
    """An empty declaration, or the one of a model that is to be changed."""
    name = request.query_params.get("from", "")
    spec = _STARTER
    if name:
        spec = as_json(parts_of(request).client.models.show(name).versions[0].spec)
    return _form(request, name or "openai/my-prompt", spec, {})


async def register(request: Request) -> Response:
    """Register it, or say what is wrong with the declaration."""
    form = await request.form()
    name, spec = _text(form, "model"), _text(form, "spec")
    return await run_in_threadpool(_register, request, name, spec)


def _register(request: Request, name: str, text: str) -> Response:
    client = parts_of(request).client
    try:
        spec = read_json(text, "spec")
        if not isinstance(spec, dict):
            return _form(request, name, text, {"spec": "is an object: {…}"})
        made = client.models.add(name=name, spec=spec)
    except BadJson as error:
        return _form(request, name, text, {"spec": str(error)})
    except (InvalidInput, ProblemError) as error:
        told = error.errors if isinstance(error, InvalidInput) else error.problem.errors
        errors: dict[str, list[str]] = {}
        for each in told:
            where = each.field.removeprefix("spec.")
            of_name = each.field in {"model", "name"}
            said = each.message if of_name or not where else f"{where}: {each.message}"
            errors.setdefault("model" if of_name else "spec", []).append(said)
        said_of = {field: "; ".join(lines) for field, lines in errors.items()}
        return _form(request, name, text, said_of or {"model": str(error)})
    model = made.id.rpartition("@")[0]
    client.models.show(model, after=made.seq)
    return RedirectResponse(f"/models/{model}", HTTPStatus.SEE_OTHER)


def _form(request: Request, name: str, spec: str, errors: dict[str, str]) -> Response:
    return parts_of(request).pages.page(
        request,
        "model_new.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        name=name,
        spec=spec,
        errors=errors,
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


ROUTES = [
    Route("/models", index),
    Route("/models/new", new, methods=["GET"]),
    Route("/models/new", register, methods=["POST"]),
    Route("/models/check", check, methods=["POST"]),
    Route("/models/{name:path}", show),
]
