"""`/models`: what can be asked."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runoff_web.parts import parts_of

_LIST: Final = 100


def index(request: Request) -> Response:
    """Registered models by name."""
    parts = parts_of(request)
    cursor = request.query_params.get("cursor") or None
    page = parts.client.models.list(limit=_LIST, cursor=cursor)
    return parts.pages.page(request, "models.html", models=page.items, next_cursor=page.next_cursor)


def show(request: Request) -> Response:
    """One model with its versions."""
    parts = parts_of(request)
    return parts.pages.page(
        request, "model.html", model=parts.client.models.show(request.path_params["name"])
    )


ROUTES = [Route("/models", index), Route("/models/{name:path}", show)]
