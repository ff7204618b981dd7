"""`/runs/<id>/entries/<entry>`: one entry, with its neighbours in the order that led here."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff_contracts.views import EntryView
from runoff_web.pages.detail import detail_of
from runoff_web.pages.run import entries_of
from runoff_web.params import RunParams
from runoff_web.parts import parts_of


def show(request: Request) -> Response:
    """The page; `offset` is the entry's place in the list."""
    parts = parts_of(request)
    params = RunParams.read(request.query_params)
    run = parts.client.runs.show(request.path_params["run_id"])
    detail = detail_of(parts, run, request.path_params["entry_id"])
    if detail is None:
        raise HTTPException(404)
    around = RunParams(**{**vars(params), "offset": max(params.offset - 1, 0)})
    near = entries_of(parts.client, run, around, limit=3)
    before, after = _neighbours(near.items, detail.entry.entry_id)
    return parts.pages.page(
        request,
        "entry.html",
        run=run,
        params=params,
        detail=detail,
        place=params.offset,
        total=near.n_matching or 0,
        before=before,
        after=after,
    )


def panel(request: Request) -> Response:
    """The same, to stand beside the table."""
    parts = parts_of(request)
    params = RunParams.read(request.query_params)
    run = parts.client.runs.show(request.path_params["run_id"])
    detail = detail_of(parts, run, request.path_params["entry_id"])
    if detail is None:
        raise HTTPException(404)
    return parts.pages.part(
        "entry_panel.html", run=run, params=params, detail=detail, place=params.offset
    )


def _neighbours(near: list[EntryView], entry_id: str) -> tuple[EntryView | None, EntryView | None]:
    """The entries before and behind this one; none where it is not where the address says."""
    ids = [each.entry_id for each in near]
    if entry_id not in ids:
        return None, None
    at = ids.index(entry_id)
    before = near[at - 1] if at > 0 else None
    return before, near[at + 1] if at + 1 < len(near) else None


ROUTES = [
    Route("/runs/{run_id}/entries/{entry_id:path}", show),
    Route("/runs/{run_id}/panel/{entry_id:path}", panel),
]
