"""`/runs/<id>`: one run with its verdict and its entries, and any part of their table."""

from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.client import Client
from runoff.errors import ProblemError
from runoff_contracts.views import EntryPage, RunView
from runoff_web.cells import rows_of
from runoff_web.live.render import is_final
from runoff_web.pages.detail import detail_of
from runoff_web.pages.shared import comparison_of, report_of
from runoff_web.params import RunParams
from runoff_web.parts import parts_of
from runoff_web.timings import timings_of
from runoff_web.toasts import note

FIRST_ROWS: Final = 60
MAX_ROWS: Final = 200
TOTAL_HEADER: Final = "X-Total"
MAX_TABS: Final = 8
STEERED: Final = ("cancel", "pause", "resume", "retry", "rescore")


def show(request: Request) -> Response:
    """The page."""
    parts = parts_of(request)
    params = RunParams.read(request.query_params)
    since = parts.hub.mark
    run = parts.client.runs.show(request.path_params["run_id"])
    page = entries_of(parts.client, run, params, limit=FIRST_ROWS)
    rows = rows_of(run, page.items, params.offset)
    chosen = params.entry or (rows[0].entry.entry_id if rows else "")
    place = next((each.place for each in rows if each.entry.entry_id == chosen), params.offset)
    report = report_of(parts.client, run)
    return parts.pages.page(
        request,
        "run.html",
        run=run,
        params=params,
        rows=rows,
        total=page.n_matching or 0,
        page_size=FIRST_ROWS,
        sections=_sections(parts.client, run),
        max_tabs=MAX_TABS,
        comparison=comparison_of(parts.client, run),
        timings=timings_of(run, report),
        detail=detail_of(parts, run, chosen) if chosen else None,
        place=place,
        is_final=is_final(run),
        since=since,
    )


def rows(request: Request) -> Response:
    """A part of the table, as rows."""
    parts = parts_of(request)
    params = RunParams.read(request.query_params)
    limit = request.query_params.get("limit", "")
    n = min(int(limit), MAX_ROWS) if limit.isdecimal() and len(limit) < 6 else FIRST_ROWS
    run = parts.client.runs.show(request.path_params["run_id"])
    page = entries_of(parts.client, run, params, limit=max(n, 1))
    made = parts.pages.part(
        "entry_rows.html", run=run, params=params, rows=rows_of(run, page.items, params.offset)
    )
    made.headers[TOTAL_HEADER] = str(page.n_matching or 0)
    return made


async def steer(request: Request) -> Response:
    """Cancel, pause, resume, retry, rescore; or give it another alias."""
    form = await request.form()
    return await run_in_threadpool(_steer, request, str(form.get("alias", "")))


def _steer(request: Request, alias: str) -> Response:
    parts = parts_of(request)
    run_id, verb = request.path_params["run_id"], request.path_params["verb"]
    runs = parts.client.runs
    before = runs.show(run_id) if verb == "alias" else None
    if verb == "alias":
        accepted = runs.edit(run_id, alias=alias)
    elif verb in STEERED:
        accepted = getattr(runs, verb)(run_id)
    else:
        return parts.pages.page(
            request,
            "error.html",
            status=HTTPStatus.NOT_FOUND,
            title="There is no such action",
            detail=verb,
            errors=[],
        )
    # Retrying and rescoring make a run of their own, whose id the answer has.
    shown = runs.show(accepted.id if verb in {"retry", "rescore"} else run_id, after=accepted.seq)
    response = RedirectResponse(f"/runs/{shown.run_id}", HTTPStatus.SEE_OTHER)
    if before is not None and before.alias != shown.alias:
        return note(response, "renamed", [shown.run_id], before=before.alias or "")
    return note(response, "canceled", [shown.run_id]) if verb == "cancel" else response


def entries_of(client: Client, run: RunView, params: RunParams, *, limit: int) -> EntryPage:
    """The part of the run's entries that an address means."""
    return client.runs.entries(
        run.run_id,
        sort=params.sort,
        status=params.status or None,
        section=params.section or None,
        agreement=params.agreement or None,
        find=params.find or None,
        offset=params.offset,
        limit=limit,
    )


def _sections(client: Client, run: RunView) -> list[str]:
    try:
        versions = client.datasets.show(run.dataset).versions
    except ProblemError:
        return []
    found = next((each for each in versions if each.number == run.dataset_version), None)
    return sorted(found.sections) if found else []


ROUTES = [
    Route("/runs/{run_id}", show),
    Route("/runs/{run_id}/rows", rows),
    Route("/runs/{run_id}/do/{verb}", steer, methods=["POST"]),
]
