"""`/runs/<id>/do/<verb>`: steer a run, or have it done again; what cannot be undone asks first."""

from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff.client import Client
from runoff_contracts.views import AcceptedView
from runoff_web.parts import parts_of
from runoff_web.toasts import note

REPEATED: Final = ("retry", "rescore")
"""They make a run of their own, whose id the answer has."""


async def order(request: Request) -> Response:
    """Carry it out, and show the run that it is about."""
    form = await request.form()
    return await run_in_threadpool(_order, request, form.get("sure") == "yes")


def _order(request: Request, is_sure: bool) -> Response:
    parts = parts_of(request)
    run_id, verb = request.path_params["run_id"], request.path_params["verb"]
    if verb == "cancel" and not is_sure:
        run = parts.client.runs.show(run_id)
        return parts.pages.page(request, "run_cancel.html", run=run)
    accepted = _sent(parts.client, run_id, verb)
    shown = accepted.id if verb in REPEATED else run_id
    # The page is to show it when the browser asks.
    run = parts.client.runs.show(shown, after=accepted.seq)
    response = RedirectResponse(f"/runs/{run.run_id}", HTTPStatus.SEE_OTHER)
    return note(response, "canceled", [run.run_id]) if verb == "cancel" else response


def _sent(client: Client, run_id: str, verb: str) -> AcceptedView:
    match verb:
        case "cancel":
            return client.runs.cancel(run_id)
        case "pause":
            return client.runs.pause(run_id)
        case "resume":
            return client.runs.resume(run_id)
        case "retry":
            return client.runs.retry(run_id)
        case "rescore":
            return client.runs.rescore(run_id)
        case _:
            raise HTTPException(HTTPStatus.NOT_FOUND)


ROUTES = [Route("/runs/{run_id}/do/{verb}", order, methods=["POST"])]
