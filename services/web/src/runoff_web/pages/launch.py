"""`/runs/new`: what to run, how, and within which limits."""

import uuid
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.errors import InvalidInput, ProblemError
from runoff.evaluation import Evaluation
from runoff_contracts.run_config import RunConfig
from runoff_web.launch_form import NUMBERS, LaunchForm, errors_by_field, form_of_run
from runoff_web.parts import parts_of

_LIST: Final = 200
_MAX_ENTRIES: Final = 1000


def show(request: Request) -> Response:
    """An empty form, or one filled from another run or from chosen entries."""
    parts, query = parts_of(request), request.query_params
    key = str(uuid.uuid4())
    if query.get("from"):
        form = form_of_run(parts.client.runs.show(query["from"]), key)
    else:
        form = LaunchForm(
            key=key,
            dataset=query.get("dataset", ""),
            entries=tuple(query.getlist("entry")[:_MAX_ENTRIES]),
            config=_defaults(),
        )
    return _page(request, form, {})


async def launch(request: Request) -> Response:
    """Launch it, or say at each field what is wrong."""
    form = await request.form(max_fields=_MAX_ENTRIES + 200)
    return await run_in_threadpool(_launch, request, _read(form))


def _launch(request: Request, form: LaunchForm) -> Response:
    parts = parts_of(request)
    try:
        asked = Evaluation.checked(form.order(), "the form")
        accepted = parts.client.runs.launch_evaluation(asked, key=form.key)
    except InvalidInput as error:
        return _page(request, form, errors_by_field(error.errors))
    except ProblemError as error:
        errors = errors_by_field(error.problem.errors)
        if not errors:
            errors = {"form": str(error)}
        return _page(request, form, errors)
    # The page of the run is to be there when the browser asks for it.
    parts.client.runs.show(accepted.id, after=accepted.seq)
    return RedirectResponse(f"/runs/{accepted.id}", HTTPStatus.SEE_OTHER)


def _page(request: Request, form: LaunchForm, errors: dict[str, str]) -> Response:
    parts = parts_of(request)
    return parts.pages.page(
        request,
        "launch.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        form=form,
        errors=errors,
        numbers=NUMBERS,
        datasets=parts.client.datasets.list(limit=_LIST).items,
        models=parts.client.models.list(limit=_LIST).items,
        scorers=parts.client.scorers.list().items,
        workers=parts.client.server.health().workers,
    )


def _read(form: FormData) -> LaunchForm:
    def text(name: str) -> str:
        return str(form.get(name, "")).strip()

    return LaunchForm(
        key=text("key")[:200] or str(uuid.uuid4()),
        dataset=text("dataset"),
        split=text("split"),
        section=text("section"),
        entries=tuple(str(each) for each in form.getlist("entry")[:_MAX_ENTRIES]),
        models=tuple(str(each) for each in form.getlist("model")),
        others=text("others"),
        scorers=tuple(str(each) for each in form.getlist("scorer")),
        alias=text("alias"),
        labels=text("labels"),
        priority=text("priority") or "normal",
        start_at=text("start_at"),
        cache=form.get("cache") == "on",
        config={name: text(name) for name, _, _ in NUMBERS},
    )


def _defaults() -> dict[str, str]:
    config = RunConfig().model_dump(mode="json")
    return {name: "" if config[name] is None else f"{config[name]:g}" for name, _, _ in NUMBERS}


ROUTES = [
    Route("/runs/new", show, methods=["GET"]),
    Route("/runs/new", launch, methods=["POST"]),
]
