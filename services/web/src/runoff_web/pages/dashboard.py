"""`/`: what runs now, what ended lately, the comparison most worth opening, how the server is."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff_web.board import cards_of
from runoff_web.params import ALL_COLUMNS, RunsParams
from runoff_web.parts import parts_of
from runoff_web.picking import lonely, pick, uncompared
from runoff_web.run_columns import Head, heads_of

_LATEST: Final = 50
_COMPARED: Final = 20
_SHOWN: Final = 8
_ENDED: Final = ("completed", "failed", "canceled")
_COLUMNS: Final = ("status", "models", "dataset", "score", "took", "created")


def show(request: Request) -> Response:
    """The page."""
    parts = parts_of(request)
    since = parts.hub.mark
    ended = parts.client.runs.list(status=_ENDED, limit=_LATEST).items
    parts.known.add(*(each.run_id for each in ended))
    compared = parts.client.comparisons.list(limit=_COMPARED).items
    columns = RunsParams(cols=_COLUMNS)
    return parts.pages.page(
        request,
        "dashboard.html",
        cards=cards_of(parts.client),
        runs=ended[:_SHOWN],
        params=columns,
        # Here nothing is sorted: what ended last stands first.
        heads=[Head(each.column, "", "") for each in heads_of(columns)],
        all_columns=ALL_COLUMNS,
        picked=pick(compared),
        pair=uncompared(ended, compared),
        lonely=lonely(ended),
        compared=compared,
        datasets=parts.client.datasets.list(limit=1).items,
        health=parts.client.server.health(),
        since=since,
    )


ROUTES = [Route("/", show)]
