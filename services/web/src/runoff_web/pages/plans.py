"""`/plans`: what was asked before anybody saw a result, sealing it, and how large it has to be."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.errors import InvalidInput, ProblemError
from runoff.plans import checked
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.plan import PlanAsked
from runoff_contracts.plan_size import PlanSize
from runoff_contracts.problem import FieldError
from runoff_contracts.views import PlanView, RunView
from runoff_web.launch_form import number_or_text
from runoff_web.parts import Parts, parts_of
from runoff_web.plan_form import DEFAULTS, FIELDS, PlanForm, errors_by_field

_LIST: Final = 50
_RUNS: Final = 20
_DATASETS: Final = 200
_SIZE: Final = ("difference", "n_entries", "discordance", "sd", "from_run", "power", "alpha")
_TEXTS: Final = {"from_run"}


def index(request: Request) -> Response:
    """Plans, newest first."""
    parts = parts_of(request)
    cursor = request.query_params.get("cursor") or None
    page = parts.client.plans.list(limit=_LIST, cursor=cursor)
    return parts.pages.page(request, "plans.html", plans=page.items, next_cursor=page.next_cursor)


def show(request: Request) -> Response:
    """One plan, its runs, and the verdict that each of them came to under it."""
    parts = parts_of(request)
    plan = parts.client.plans.show(request.path_params["digest"])
    return parts.pages.page(request, "plan.html", plan=plan, runs=_runs(parts, plan))


def _runs(parts: Parts, plan: PlanView) -> list[tuple[RunView, ComparisonDocument | None]]:
    found = []
    for run_id in plan.run_ids[:_RUNS]:
        run = parts.client.runs.show(run_id)
        compared = parts.documents.comparison(run)
        found.append((run, compared.document if compared else None))
    return found


def new(request: Request) -> Response:
    """An empty form; what its address names is filled in."""
    given = {name: request.query_params[name] for name in FIELDS if name in request.query_params}
    return _form(request, PlanForm({**DEFAULTS, **given}), {})


async def seal(request: Request) -> Response:
    """Show the plan as it would be sealed, and seal it where that was confirmed."""
    sent = await request.form()
    texts = {name: str(sent.get(name, "")).strip() for name in FIELDS}
    return await run_in_threadpool(_seal, request, PlanForm(texts), str(sent.get("do", "")))


def _seal(request: Request, form: PlanForm, wish: str) -> Response:
    parts = parts_of(request)
    if wish == "change":
        return _form(request, form, {})
    try:
        asked = _checked(form)
        if wish != "seal":
            return parts.pages.page(request, "plan_confirm.html", form=form, asked=asked)
        sealed = parts.client.plans.seal(asked)
    except (InvalidInput, ProblemError) as error:
        return _form(request, form, _said(error))
    parts.client.plans.show(sealed.id, after=sealed.seq)
    return RedirectResponse(f"/plans/{sealed.id}", HTTPStatus.SEE_OTHER)


def _checked(form: PlanForm) -> PlanAsked:
    from_form = form.asked()
    lacking = [
        FieldError(field=name, message="is needed")
        for name in ("title", "dataset", "metric")
        if name not in from_form
    ]
    if lacking:
        raise InvalidInput("the plan is not whole:", lacking)
    return checked(PlanAsked, from_form, "the plan")


def _said(error: InvalidInput | ProblemError) -> dict[str, str]:
    told = error.errors if isinstance(error, InvalidInput) else error.problem.errors
    return errors_by_field(told) or {"form": str(error)}


def _form(request: Request, form: PlanForm, errors: Mapping[str, str]) -> Response:
    parts = parts_of(request)
    return parts.pages.page(
        request,
        "plan_new.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        form=form,
        errors=errors,
        datasets=parts.client.datasets.list(limit=_DATASETS).items,
        models=parts.client.models.list(limit=_DATASETS).items,
        scorers=parts.client.scorers.list().items,
    )


def size(request: Request) -> Response:
    """How many entries show a difference, or which difference so many entries show."""
    parts, query = parts_of(request), request.query_params
    given = {name: query[name].strip() for name in _SIZE if query.get(name, "").strip()}
    answer: PlanSize | None = None
    errors: dict[str, str] = {}
    if given:
        try:
            asked = {k: v if k in _TEXTS else number_or_text(v) for k, v in given.items()}
            answer = parts.client.plans.size(**asked)  # type: ignore[arg-type]  # checked there
        except (InvalidInput, ProblemError) as error:
            told = error.errors if isinstance(error, InvalidInput) else error.problem.errors
            for each in told:
                errors[each.field if each.field in _SIZE else "form"] = each.message
            errors = errors or {"form": str(error)}
    return parts.pages.page(
        request,
        "plan_size.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        given=given,
        answer=answer,
        errors=errors,
    )


ROUTES = [
    Route("/plans", index),
    Route("/plans/new", new, methods=["GET"]),
    Route("/plans/new", seal, methods=["POST"]),
    Route("/plans/size", size),
    Route("/plans/{digest}", show),
]
