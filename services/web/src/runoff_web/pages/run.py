"""`/runs/<id>`: one run with its verdict and its entries, and any part of their table."""

from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff.client import Client
from runoff_contracts.views import EntryPage, RunView
from runoff_web.cells import rows_of
from runoff_web.live.render import is_final
from runoff_web.pages.detail import detail_of
from runoff_web.params import RunParams
from runoff_web.parts import Parts, parts_of

FIRST_ROWS: Final = 20
"""As many as stand in a window of 900 pixels: each further one delays the first paint. A script
asks for those around them afterwards.
"""
MAX_ROWS: Final = 200
TOTAL_HEADER: Final = "X-Total"
MAX_TABS: Final = 8


def show(request: Request) -> Response:
    """The page. The chosen entry stands in it where the address names one; else a script asks
    for the first one's, once the table is there.
    """
    parts = parts_of(request)
    params = RunParams.read(request.query_params)
    run_id, since = request.path_params["run_id"], parts.hub.mark
    top, page = parts.at_once.both(
        partial(_top_and_groups, parts, run_id, since),
        partial(entries_of, parts.client, run_id, params, limit=FIRST_ROWS),
    )
    run = top["run"]
    rows = rows_of(run.contenders, page.items, params.offset)
    place = next((each.place for each in rows if each.entry.entry_id == params.entry), 0)
    return parts.pages.page(
        request,
        "run.html",
        **top,
        run_id=run.run_id,
        tab="entries",
        params=params,
        rows=rows,
        total=page.n_matching or 0,
        page_size=FIRST_ROWS,
        max_tabs=MAX_TABS,
        detail=detail_of(parts, run, params.entry) if params.entry else None,
        place=place,
    )


def rows(request: Request) -> Response:
    """A part of the table, as rows."""
    parts = parts_of(request)
    params = RunParams.read(request.query_params)
    limit = request.query_params.get("limit", "")
    n = min(int(limit), MAX_ROWS) if limit.isdecimal() and len(limit) < 6 else FIRST_ROWS
    run_id = request.path_params["run_id"]
    page = entries_of(parts.client, run_id, params, limit=max(n, 1))
    made = parts.pages.part(
        "entry_rows.html",
        run_id=run_id,
        params=params,
        rows=rows_of(parts.documents.known(run_id).contenders, page.items, params.offset),
    )
    made.headers[TOTAL_HEADER] = str(page.n_matching or 0)
    return made


def _top_and_groups(parts: Parts, run_id: str, since: str) -> dict[str, Any]:
    """What stands above the table, and by what it may be filtered."""
    run = parts.client.runs.show(run_id)
    sections, splits = parts.documents.groups(run)
    return {**top_of(parts, run, since), "sections": sections, "splits": splits}


def top_of(parts: Parts, run: RunView, since: str) -> dict[str, Any]:  # names of a template
    """What stands above every page of a run.

    Args:
        since: Where the hub was before the run was read.
    """
    return {
        "run": run,
        "since": since,
        "is_final": is_final(run),
        "comparison": parts.documents.comparison(run),
    }


def entries_of(client: Client, run_id: str, params: RunParams, *, limit: int) -> EntryPage:
    """The part of the run's entries that an address means."""
    return client.runs.entries(
        run_id,
        sort=params.sort,
        status=params.status or None,
        section=params.section or None,
        split=params.split or None,
        agreement=params.agreement or None,
        find=params.find or None,
        offset=params.offset,
        limit=limit,
    )


ROUTES = [Route("/runs/{run_id}", show), Route("/runs/{run_id}/rows", rows)]
