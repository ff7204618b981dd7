"""`/runs/compare`: chosen runs against each other; `/comparisons/<digest>`: the same, for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.client import Client
from runoff.comparison import Comparison
from runoff.errors import ProblemError
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.views import Page, RunView
from runoff_web.compare_params import MAX_RUNS, CompareParams
from runoff_web.pages.compare_entries import entries_shown, scatter_shown
from runoff_web.pages.compare_parts import (
    breakdowns_of,
    effects_of,
    margin_of,
    places_shown,
    short_names,
    times_of,
)
from runoff_web.parts import Parts, parts_of
from runoff_web.standings import measures_of

MAX_CARDS: Final = 4
"""Contenders with a card and a column each: `places_shown`; the others are in the summary."""
_LIST: Final = 50


@dataclass(frozen=True)
class Picker:
    """What can be compared, and what is chosen."""

    chosen: list[RunView]
    found: list[RunView]
    next_cursor: str | None
    problem: str = ""


def index(request: Request) -> Response:
    """Comparisons, newest first."""
    parts = parts_of(request)
    cursor = request.query_params.get("cursor") or None
    page = parts.client.comparisons.list(limit=_LIST, cursor=cursor)
    return parts.pages.page(
        request, "comparisons.html", comparisons=page.items, next_cursor=page.next_cursor
    )


def show(request: Request) -> Response:
    """One document, by its digest: the address stays good for ever."""
    parts = parts_of(request)
    params = CompareParams.read(request.query_params)
    found = parts.client.comparisons.get(request.path_params["digest"])
    run_ids = list(dict.fromkeys(each.run_id for each in found.document.contenders))
    chosen = _runs(parts.client, run_ids)
    return _page(request, params, picked=_picker(parts.client, params, chosen), found=found)


def of_runs(request: Request) -> Response:
    """The runs of the address, compared: the same question has the same document."""
    parts = parts_of(request)
    params = CompareParams.read(request.query_params)
    chosen = [parts.client.runs.show(each) for each in params.runs[:MAX_RUNS]]
    found, problem = None, ""
    going = [each for each in chosen if not each.status.settled]
    if sum(len(each.contenders) for each in chosen) > 1 and not going:
        try:
            found = _compared(parts, params, chosen)
        except ProblemError as error:
            problem = "; ".join(each.message for each in error.problem.errors) or str(error)
    picked = _picker(parts.client, params, chosen)
    return _page(request, params, picked=picked, found=found, problem=problem, going=going)


async def compare(request: Request) -> Response:
    """A form's runs, as an address."""
    form = await request.form()
    named = [str(each)[:100] for each in form.getlist("run") if str(each)]
    asked = CompareParams(runs=tuple(dict.fromkeys(named))[:MAX_RUNS])
    return RedirectResponse(f"/runs/compare{asked.query()}", HTTPStatus.SEE_OTHER)


def _compared(parts: Parts, params: CompareParams, chosen: list[RunView]) -> Comparison:
    """A run's own document where nothing but it is asked for; else the one that answers."""
    if len(chosen) == 1 and not params.baseline and not params.margin:
        own = parts.documents.comparison(chosen[0])
        if own is not None:
            return own
    options: dict[str, Any] = {}  # by name, as the SDK takes them
    if params.margin:
        options["margin"] = float(params.margin)
    return parts.client.comparisons.create(
        runs=[each.run_id for each in chosen], baseline=params.baseline or None, **options
    )


def _runs(client: Client, run_ids: list[str]) -> list[RunView]:
    """Those that are still there: a document outlives the runs that it is of."""
    found = []
    for run_id in run_ids:
        try:
            found.append(client.runs.show(run_id))
        except ProblemError as error:
            if error.problem.status != HTTPStatus.NOT_FOUND:
                raise
    return found


def _picker(client: Client, params: CompareParams, chosen: list[RunView]) -> Picker:
    page, problem = Page[RunView](items=[]), ""
    try:
        page = client.runs.list(
            search=params.q or None,
            kind=params.kind or None,
            dataset=chosen[0].dataset if chosen else None,
            limit=params.size,
            cursor=params.cursor or None,
        )
    except ProblemError as error:
        problem = "; ".join(each.message for each in error.problem.errors) or str(error)
    ids = {each.run_id for each in chosen}
    found = [each for each in page.items if each.run_id not in ids]
    return Picker(chosen, found, page.next_cursor, problem)


def _page(
    request: Request,
    params: CompareParams,
    *,
    picked: Picker,
    found: Comparison | None,
    problem: str = "",
    going: Sequence[RunView] = (),
) -> Response:
    parts = parts_of(request)
    chosen = tuple(each.run_id for each in picked.chosen)
    shown: dict[str, Any] = {} if found is None else _shown(parts, params, found)
    return parts.pages.page(
        request,
        "compare.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        params=params,
        picked=picked,
        asked=CompareParams(runs=chosen, baseline=params.baseline, margin=params.margin),
        n_left_out=max(len(params.runs) - MAX_RUNS, 0),
        problem=problem,
        going=going,
        found=found,
        document=found.document if found else None,
        **shown,
    )


def _shown(parts: Parts, params: CompareParams, found: Comparison) -> dict[str, Any]:
    """What the template of a document takes."""
    document: ComparisonDocument = found.document
    listing = entries_shown(parts, params, found)
    places = places_shown(document, (listing.page.contender, listing.page.versus), MAX_CARDS)
    return {
        "digest": found.digest,
        "names": short_names(document),
        "measures": measures_of(document),
        "places": places,
        "metrics": [
            (each, effects_of(document, each), margin_of(document, each))
            for each in document.metrics
        ],
        "times": times_of(document),
        "breakdowns": breakdowns_of(document, places),
        "listing": listing,
        "plot": scatter_shown(parts, params, found),
    }


ROUTES = [
    Route("/comparisons", index),
    Route("/comparisons/{digest}", show),
    Route("/runs/compare", of_runs, methods=["GET"]),
    Route("/runs/compare", compare, methods=["POST"]),
]
