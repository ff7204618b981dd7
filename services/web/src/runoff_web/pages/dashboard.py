"""`/`: what runs now, what ended lately, the comparison most worth opening, how the server is."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff_web.parts import parts_of

_LATEST: Final = 50
_SHOWN: Final = 8


def show(request: Request) -> Response:
    """The page."""
    parts = parts_of(request)
    since = parts.hub.mark
    runs = parts.client.runs.list(limit=_LATEST).items
    compared = parts.client.comparisons.list(limit=_SHOWN).items
    return parts.pages.page(
        request,
        "dashboard.html",
        active=[each for each in runs if not each.status.settled],
        ended=[each for each in runs if each.status.settled][:_SHOWN],
        compared=compared,
        health=parts.client.server.health(),
        since=since,
    )


ROUTES = [Route("/", show)]
