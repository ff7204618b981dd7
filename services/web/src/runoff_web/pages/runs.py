"""`/runs`: runs under way as a board, and every run as a table; what is done to several at once."""

import re
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.client import Client
from runoff.errors import ProblemError
from runoff_contracts.kind import KINDS
from runoff_contracts.problem import Problem
from runoff_contracts.views import Page, RunView
from runoff_web.board import cards_of
from runoff_web.pages.shared import came_from
from runoff_web.params import ALL_COLUMNS, RunsParams
from runoff_web.parts import parts_of
from runoff_web.run_columns import heads_of
from runoff_web.toasts import MAX_RUNS, Deed, note

_UNREADABLE: Final = HTTPStatus.UNPROCESSABLE_ENTITY
_PLACE: Final = re.compile(r"at character (\d{1,6})")
_UNKNOWN: Final = re.compile(r"no run has the \w+ '([^']+)'")
_EXAMPLES: Final = (
    "metrics.accuracy > 0.9",
    "status = 'failed' or metrics.n_failed > 0",
    "created_at > '2026-01-01' and model like 'openai/%'",
)
_FIELDS: Final = {"filter": "q", "search": "find"}
"""Fields of the form by those of the API; what is wrong elsewhere is said above the table."""


def show(request: Request) -> Response:
    """The board and the list."""
    parts = parts_of(request)
    params = RunsParams.read(request.query_params)
    if not all(value for _, value in request.query_params.multi_items()):
        # A form sends its empty fields as well: people are to see, and send on, what they chose.
        return RedirectResponse(f"/runs{params.query()}", HTTPStatus.SEE_OTHER)
    since = parts.hub.mark
    page, problem = Page[RunView](items=[]), None
    if params.view != "board":
        try:
            page = _listed(parts.client, params)
        except ProblemError as error:
            if error.problem.status != _UNREADABLE:
                raise
            problem = error.problem
    parts.known.add(*(each.run_id for each in page.items))
    wrong = _wrong(problem)
    return parts.pages.page(
        request,
        "runs.html",
        status=_UNREADABLE if problem else HTTPStatus.OK,
        params=params,
        runs=page.items,
        next_cursor=page.next_cursor,
        cards=cards_of(parts.client) if params.view != "table" else [],
        wrong=wrong,
        place=_place(params.q, wrong.get("q", "")),
        examples=_EXAMPLES,
        kinds=KINDS,
        heads=heads_of(params),
        all_columns=ALL_COLUMNS,
        since=since,
    )


def _listed(client: Client, params: RunsParams) -> Page[RunView]:
    return client.runs.list(
        filter=params.q or None,
        search=params.find or None,
        status=params.status or None,
        kind=params.kinds or None,
        dataset=params.dataset or None,
        archived=params.archived or None,
        order_by=f"{params.sort} {params.dir}" if params.sort else None,
        limit=params.size,
        cursor=params.cursor or None,
    )


def _wrong(problem: Problem | None) -> dict[str, str]:
    """What is wrong, by field of the form; under nothing what stands in none."""
    said: dict[str, str] = {}
    if problem is None:
        return said
    for each in problem.errors:
        said.setdefault(_FIELDS.get(each.field, ""), each.message)
    return said or {"": problem.detail or problem.title}


def _place(text: str, message: str) -> int | None:
    """Where in the filter the API stopped reading, from 0; None where it does not say."""
    if found := _PLACE.search(message):
        return min(int(found.group(1)) - 1, len(text))
    if found := _UNKNOWN.search(message):
        place = text.find(found.group(1))
        return place if place >= 0 else None
    return None


async def delete(request: Request) -> Response:
    """Ask whether these runs are meant, then delete them."""
    form = await request.form()
    return await run_in_threadpool(_delete, request, _chosen(form), form.get("sure") == "yes")


def _delete(request: Request, run_ids: list[str], is_sure: bool) -> Response:
    parts = parts_of(request)
    if not run_ids:
        return RedirectResponse("/runs", HTTPStatus.SEE_OTHER)
    if not is_sure:
        runs = [parts.client.runs.show(each) for each in run_ids]
        return parts.pages.page(request, "runs_delete.html", runs=runs)
    made = parts.client.runs.delete_all(*run_ids)
    parts.known.discard(*run_ids)
    parts.client.runs.list(limit=1, after=made.seq)
    back = RedirectResponse("/runs", HTTPStatus.SEE_OTHER)
    return note(back, "deleted", made.done, n_refused=len(made.refused))


async def archive(request: Request) -> Response:
    """Take runs out of the list, with a way back."""
    return await _file_away(request, is_archived=True)


async def restore(request: Request) -> Response:
    """Put archived runs into the list again."""
    return await _file_away(request, is_archived=False)


async def _file_away(request: Request, *, is_archived: bool) -> Response:
    form = await request.form()
    run_ids, to = _chosen(form), came_from(request, "/runs")

    def change() -> Response:
        client, back = parts_of(request).client, RedirectResponse(to, HTTPStatus.SEE_OTHER)
        if not run_ids:
            return back
        made = client.runs.archive(*run_ids) if is_archived else client.runs.restore(*run_ids)
        # The list is to show it when the browser asks for it.
        client.runs.list(limit=1, after=made.seq)
        deed: Deed = "archived" if is_archived else "restored"
        return note(back, deed, made.done, n_refused=len(made.refused))

    return await run_in_threadpool(change)


def _chosen(form: FormData) -> list[str]:
    return list(dict.fromkeys(str(each) for each in form.getlist("run")))[:MAX_RUNS]


ROUTES = [
    Route("/runs", show),
    Route("/runs/delete", delete, methods=["POST"]),
    Route("/runs/archive", archive, methods=["POST"]),
    Route("/runs/restore", restore, methods=["POST"]),
]
