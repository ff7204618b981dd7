"""`/runs`: every run, newest first; and taking runs out of it, in two steps."""

from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.errors import ProblemError
from runoff_contracts.views import Page, RunView
from runoff_web.params import RunsParams
from runoff_web.parts import parts_of

_MAX_DELETED: Final = 100
_BAD_FILTER: Final = HTTPStatus.UNPROCESSABLE_ENTITY


def show(request: Request) -> Response:
    """The list."""
    parts = parts_of(request)
    params = RunsParams.read(request.query_params)
    since = parts.hub.mark
    page, problem = Page[RunView](items=[]), ""
    try:
        page = parts.client.runs.list(
            status=params.status or None,
            dataset=params.dataset or None,
            filter=params.q or None,
            limit=params.size,
            cursor=params.cursor or None,
        )
    except ProblemError as error:
        if error.problem.status != _BAD_FILTER:
            raise
        problem = "; ".join(each.message for each in error.problem.errors) or str(error)
    return parts.pages.page(
        request,
        "runs.html",
        status=_BAD_FILTER if problem else HTTPStatus.OK,
        params=params,
        runs=page.items,
        next_cursor=page.next_cursor,
        problem=problem,
        since=since,
    )


async def delete(request: Request) -> Response:
    """Ask whether these runs are meant, then delete them."""
    form = await request.form()
    run_ids = [str(each) for each in form.getlist("run")][:_MAX_DELETED]
    return await run_in_threadpool(_delete, request, run_ids, form.get("sure") == "yes")


def _delete(request: Request, run_ids: list[str], is_sure: bool) -> Response:
    parts = parts_of(request)
    if not run_ids:
        return RedirectResponse("/runs", HTTPStatus.SEE_OTHER)
    runs = [parts.client.runs.show(each) for each in run_ids]
    if not is_sure:
        return parts.pages.page(request, "runs_delete.html", runs=runs)
    last_seq = max(parts.client.runs.delete(each.run_id).seq for each in runs)
    # The list is to be without them when it is shown.
    parts.client.runs.list(limit=1, after=last_seq)
    return RedirectResponse("/runs", HTTPStatus.SEE_OTHER)


ROUTES = [Route("/runs", show), Route("/runs/delete", delete, methods=["POST"])]
