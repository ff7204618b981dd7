"""`/runs/<id>/entries/<entry>`: one entry, with its neighbours in the order that led here."""

from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff_contracts.events.entry import Prediction
from runoff_contracts.views import EntryView, RunView
from runoff_web.pages.detail import detail_from
from runoff_web.pages.run import entries_of
from runoff_web.pages.shared import entry_of
from runoff_web.params import RunParams
from runoff_web.parts import Parts, parts_of
from runoff_web.who import who_is


@dataclass(frozen=True)
class Around:
    """Where an entry stands in a list, and what stands beside it."""

    params: RunParams
    """Of the list; its offset is the entry's place."""
    total: int
    before: EntryView | None
    after: EntryView | None


@dataclass(frozen=True)
class Unsaved:
    """What somebody meant to say of an answer of which something else was said meanwhile."""

    position: int
    answer_version: int
    words: str
    """The correction as it was typed; the decision where it was none."""
    note: str


def show(request: Request) -> Response:
    """The page; `offset` is the entry's place in the list."""
    return page(request)


def page(request: Request, status: int = HTTPStatus.OK, unsaved: Unsaved | None = None) -> Response:
    """The same, also where a form of it was not taken."""
    parts, params = parts_of(request), RunParams.read(request.query_params)
    run, entry, around = _read(parts, request, params)
    return parts.pages.page(
        request,
        "entry.html",
        status=status,
        **_values(request, run, entry, unsaved),
        params=around.params,
        around=around,
    )


def answers(request: Request) -> Response:
    """The answers alone: they are asked for again while one is under way."""
    parts, params = parts_of(request), RunParams.read(request.query_params)
    run, entry = parts.at_once.both(*_asked(parts, request))
    values = _values(request, run, _there(entry))
    return parts.pages.part("entry_answers.html", **values, params=params)


def panel(request: Request) -> Response:
    """The same in short, to stand beside the table."""
    parts, params = parts_of(request), RunParams.read(request.query_params)
    run_id, entry_id = request.path_params["run_id"], request.path_params["entry_id"]
    run = parts.documents.known(run_id)
    detail = detail_from(parts, run, _there(entry_of(parts.client, run_id, entry_id)))
    return parts.pages.part(
        "entry_panel.html", run=run, params=params, detail=detail, place=params.offset
    )


def example(given: Prediction | None) -> str:
    """What stands in the field of a correction: the boxes as JSON, the words of all others."""
    if given is None:
        return ""
    if given.boxes is not None:
        boxes = ",\n ".join(box.model_dump_json(exclude_none=True) for box in given.boxes)
        return f"[{boxes}]"
    return given.label or given.text or ""


def _read(parts: Parts, request: Request, params: RunParams) -> tuple[RunView, EntryView, Around]:
    """All that the page shows, asked for at once; the list once more where the place is not it."""
    run_id = request.path_params["run_id"]
    both = partial(parts.at_once.both, *_asked(parts, request))
    (run, entry), around = parts.at_once.both(both, partial(_around, parts, run_id, params))
    found = _there(entry)
    ids = [each.entry_id for each in around[0]]
    if found.entry_id in ids:
        return run, found, _beside(params, found.entry_id, *around)
    # A list that moves on while it runs, or an address without a place: the dataset's order.
    plain = RunParams(sort="index", offset=found.index)
    return run, found, _beside(plain, found.entry_id, *_around(parts, run_id, plain))


def _asked(parts: Parts, request: Request) -> tuple[partial[RunView], partial[EntryView | None]]:
    run_id, entry_id = request.path_params["run_id"], request.path_params["entry_id"]
    client = parts.client
    return partial(client.runs.show, run_id), partial(entry_of, client, run_id, entry_id)


def _there(entry: EntryView | None) -> EntryView:
    if entry is None:
        raise HTTPException(404)
    return entry


def _around(parts: Parts, run_id: str, params: RunParams) -> tuple[list[EntryView], int]:
    near = replace(params, offset=max(params.offset - 1, 0))
    page = entries_of(parts.client, run_id, near, limit=3)
    return page.items, page.n_matching or 0


def _beside(params: RunParams, entry_id: str, near: list[EntryView], total: int) -> Around:
    """The entries before and behind; none where it is not where the address says."""
    ids = [each.entry_id for each in near]
    if entry_id not in ids:
        return Around(params, total, None, None)
    at = ids.index(entry_id)
    before = near[at - 1] if at > 0 else None
    return Around(params, total, before, near[at + 1] if at + 1 < len(near) else None)


def _values(
    request: Request, run: RunView, entry: EntryView, unsaved: Unsaved | None = None
) -> dict[str, Any]:  # names of a template
    detail = detail_from(parts_of(request), run, entry)
    who = who_is(request)
    return {"run": run, "detail": detail, "who": who, "example": example, "unsaved": unsaved}


ROUTES = [
    Route("/runs/{run_id}/entries/{entry_id:path}", show),
    Route("/runs/{run_id}/answers/{entry_id:path}", answers),
    Route("/runs/{run_id}/panel/{entry_id:path}", panel),
]
