"""`/runs/new`: what to run, how, and within which limits; and what that would show and cost."""

import uuid
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.errors import InvalidInput, ProblemError
from runoff.evaluation import Evaluation
from runoff_contracts.estimate import EstimateView
from runoff_contracts.problem import FieldError
from runoff_contracts.run_config import RunConfig
from runoff_web.errors import BadJson
from runoff_web.launch_form import (
    NUMBERS,
    STOPS,
    Judge,
    LaunchForm,
    as_json,
    errors_by_field,
    form_of_run,
    plain_number,
)
from runoff_web.pages.found import MAX_ENTRIES, found_ids
from runoff_web.params import DatasetParams
from runoff_web.parts import Parts, parts_of

_LIST: Final = 200
_RUNS: Final = 30
_MAX_ADDRESS: Final = 1500
"""Characters of an address that is still kept and sent without harm."""
_MAX_FIELDS: Final = MAX_ENTRIES + 400


def show(request: Request) -> Response:
    """An empty form, or one filled from another run or from chosen entries."""
    parts, query = parts_of(request), request.query_params
    key = str(uuid.uuid4())
    if query.get("from"):
        return _page(request, form_of_run(parts.client.runs.show(query["from"]), key), {})
    form = LaunchForm(
        key=key,
        dataset=query.get("dataset", ""),
        split=query.get("split", ""),
        section=query.get("section", ""),
        entries=tuple(query.getlist("entry")[:MAX_ENTRIES]),
        models=tuple(query.getlist("model")),
        plan=query.get("plan", ""),
        config=_defaults(),
    )
    return _page(request, form, {})


async def choose(request: Request) -> Response:
    """The form with entries that were ticked, or with all that a search found: in its address
    where there are few of them.
    """
    form = await request.form(max_fields=_MAX_FIELDS)
    dataset = str(form.get("dataset", ""))
    entries = _texts(form, "entry")[:MAX_ENTRIES]
    if form.get("found"):
        given = {name: str(form.get(name, "")) for name in ("split", "section", "find")}
        params = DatasetParams.read(given)
        client = parts_of(request).client
        entries = (await run_in_threadpool(found_ids, client, dataset, params)).ids
    pairs = [("dataset", dataset), *(("entry", each) for each in entries)]
    address = f"/runs/new?{urlencode(pairs)}"
    if len(address) <= _MAX_ADDRESS:
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)
    chosen = LaunchForm(key=str(uuid.uuid4()), dataset=dataset, entries=entries, config=_defaults())
    return await run_in_threadpool(_page, request, chosen, {})


async def launch(request: Request) -> Response:
    """Launch it, look it over, or fill it from a run; errors stand at their fields."""
    sent = await request.form(max_fields=_MAX_FIELDS)
    form, wish = _read(sent), str(sent.get("do", ""))
    if wish == "template":
        return await run_in_threadpool(_filled, request, form, str(sent.get("template_run", "")))
    if wish == "check":
        return await run_in_threadpool(_checked, request, form)
    return await run_in_threadpool(_launch, request, form)


async def estimate(request: Request) -> Response:
    """What this order would show, cost and be refused for, as a part of the page."""
    form = _read(await request.form(max_fields=_MAX_FIELDS))
    return await run_in_threadpool(_estimate_part, request, form)


def _launch(request: Request, form: LaunchForm) -> Response:
    parts = parts_of(request)
    try:
        asked = Evaluation.checked(form.order(), "the form")
        # The code of these pages says nothing about where the run comes from.
        key = form.order_key(asked)
        accepted = parts.client.runs.launch_evaluation(asked, lineage=False, key=key)
    except (BadJson, InvalidInput, ProblemError) as error:
        return _page(request, form, _said(error, form))
    # The page of the run is to be there when the browser asks for it.
    parts.client.runs.show(accepted.id, after=accepted.seq)
    return RedirectResponse(f"/runs/{accepted.id}", HTTPStatus.SEE_OTHER)


def _checked(request: Request, form: LaunchForm) -> Response:
    estimated, errors = _estimate(parts_of(request), form)
    return _page(request, form, errors, estimated)


def _filled(request: Request, form: LaunchForm, run_id: str) -> Response:
    """The parameters of another run in the editor."""
    if not run_id:
        return _page(request, form, {"params": "choose a run whose parameters are to be taken"})
    run = parts_of(request).client.runs.show(run_id)
    return _page(request, replace(form, params=as_json(dict(run.params))), {})


def _estimate_part(request: Request, form: LaunchForm) -> Response:
    parts = parts_of(request)
    estimated, errors = _estimate(parts, form)
    return parts.pages.part("estimate.html", estimate=estimated, errors=errors, form=form)


def _estimate(parts: Parts, form: LaunchForm) -> tuple[EstimateView | None, dict[str, str]]:
    """The estimate, where the order can be read at all, and what is wrong at which field."""
    if not form.dataset or not form.all_models:
        return None, {}
    try:
        asked = Evaluation.checked(form.order(), "the form")
        estimated = parts.client.runs.estimate(asked)
    except (BadJson, InvalidInput, ProblemError) as error:
        return None, _said(error, form)
    told: list[FieldError] = []
    for each in estimated.problems:
        told += each.errors or [FieldError(field="form", message=each.title)]
    return estimated, errors_by_field(told, form.all_models)


def _said(error: BadJson | InvalidInput | ProblemError, form: LaunchForm) -> dict[str, str]:
    if isinstance(error, BadJson):
        return {error.field: str(error)}
    told = error.errors if isinstance(error, InvalidInput) else error.problem.errors
    return errors_by_field(told, form.all_models) or {"form": str(error)}


def _page(
    request: Request,
    form: LaunchForm,
    errors: dict[str, str],
    estimated: EstimateView | None = None,
) -> Response:
    parts = parts_of(request)
    client = parts.client
    datasets = client.datasets.list(limit=_LIST).items
    name = form.dataset.partition("@")[0]
    return parts.pages.page(
        request,
        "launch.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        form=form,
        errors=errors,
        numbers=NUMBERS,
        stops=STOPS,
        datasets=datasets,
        task=next((each.task for each in datasets if each.dataset == name), None),
        models=client.models.list(limit=_LIST).items,
        scorers=client.scorers.list().items,
        plans=client.plans.list(limit=_RUNS).items,
        runs=[each for each in client.runs.list(limit=_RUNS).items if each.params],
        workers=client.server.health().workers,
        estimate=estimated,
    )


def _texts(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(each for each in form.getlist(name) if isinstance(each, str))


def _read(form: FormData) -> LaunchForm:
    def text(name: str) -> str:
        value = form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    return LaunchForm(
        key=text("key")[:200] or str(uuid.uuid4()),
        dataset=text("dataset"),
        split=text("split"),
        section=text("section"),
        entries=_texts(form, "entry")[:MAX_ENTRIES],
        models=_texts(form, "model"),
        others=text("others"),
        scorers=_texts(form, "scorer"),
        more_scorers=text("more_scorers"),
        judge=Judge(text("judge_model"), text("judge_rubric"), text("judge_repeats")),
        alias=text("alias"),
        labels=text("labels"),
        params=text("params"),
        plan=text("plan"),
        priority=text("priority") or "normal",
        start_at=text("start_at"),
        cache=form.get("cache") == "on",
        config={name: text(name) for name, _, _ in NUMBERS},
        stops=form.get("stops") == "on",
        stop={name: text(f"stop_{name}") for name, _, _ in STOPS},
    )


def _defaults() -> dict[str, str]:
    config = RunConfig().model_dump(mode="json")
    return {name: plain_number(config[name]) for name, _, _ in NUMBERS}


ROUTES = [
    Route("/runs/new", show, methods=["GET"]),
    Route("/runs/new", launch, methods=["POST"]),
    Route("/runs/choose", choose, methods=["POST"]),
    Route("/runs/estimate", estimate, methods=["POST"]),
]
