"""What else is known of a run, a page each: its attempts, where it comes from, what happened."""

from functools import partial
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff.client import Client
from runoff_contracts.views import EntryView
from runoff_web.attempts import attempts_of
from runoff_web.pages.run import top_of
from runoff_web.params import PartParams
from runoff_web.parts import parts_of

PAGE: Final = 50
"""Entries whose attempts one page has."""
_EVENTS: Final = 200


def attempts(request: Request) -> Response:
    """Every call of a model: those of failed entries first, the others in the dataset's order."""
    parts, params = parts_of(request), PartParams.read(request.query_params)
    run_id, since = request.path_params["run_id"], parts.hub.mark
    run, (entries, total) = parts.at_once.both(
        partial(parts.client.runs.show, run_id),
        partial(_failed_first, parts.client, run_id, params.offset),
    )
    return parts.pages.page(
        request,
        "run_attempts.html",
        **top_of(parts, run, since),
        tab="attempts",
        params=params,
        rows=attempts_of(entries),
        n_entries=len(entries),
        total=total,
        page_size=PAGE,
    )


def lineage(request: Request) -> Response:
    """Code, packages, machine and seeds behind it."""
    parts, run_id = parts_of(request), request.path_params["run_id"]
    since = parts.hub.mark
    run, lineage = parts.at_once.both(
        partial(parts.client.runs.show, run_id), partial(parts.client.runs.lineage, run_id)
    )
    top = top_of(parts, run, since)
    return parts.pages.page(request, "run_lineage.html", **top, tab="lineage", lineage=lineage)


def history(request: Request) -> Response:
    """The events of its own course, out of the log."""
    parts, run_id = parts_of(request), request.path_params["run_id"]
    since, cursor = parts.hub.mark, request.query_params.get("cursor") or None
    run, events = parts.at_once.both(
        partial(parts.client.runs.show, run_id),
        partial(parts.client.runs.history, run_id, limit=_EVENTS, cursor=cursor),
    )
    return parts.pages.page(
        request, "run_history.html", **top_of(parts, run, since), tab="history", events=events
    )


def plan(request: Request) -> Response:
    """The sealed plan that it keeps to."""
    parts, since = parts_of(request), parts_of(request).hub.mark
    run = parts.client.runs.show(request.path_params["run_id"])
    if run.plan is None:
        raise HTTPException(404)
    sealed = parts.client.plans.show(run.plan)
    return parts.pages.page(
        request, "run_plan.html", **top_of(parts, run, since), tab="plan", sealed=sealed
    )


def _failed_first(client: Client, run_id: str, offset: int) -> tuple[list[EntryView], int]:
    """Entries from a place on, in the order of this page, and how many there are in all."""
    ask = partial(client.runs.entries, run_id, sort="index")
    failed = ask(status="failed", offset=offset, limit=PAGE)
    n_failed, entries = failed.n_matching or 0, list(failed.items)
    # Their number is asked for even where none is shown.
    answered = ask(
        status="answered", offset=max(offset - n_failed, 0), limit=max(PAGE - len(entries), 1)
    )
    if len(entries) < PAGE:
        entries += answered.items
    return entries, n_failed + (answered.n_matching or 0)


ROUTES = [
    Route("/runs/{run_id}/attempts", attempts),
    Route("/runs/{run_id}/lineage", lineage),
    Route("/runs/{run_id}/history", history),
    Route("/runs/{run_id}/plan", plan),
]
