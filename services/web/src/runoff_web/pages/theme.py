"""`POST /theme`: light, dark, or as the system; kept in a cookie, so that no page flickers."""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from runoff_web.pages.shared import came_from, own_path
from runoff_web.rendering import THEME_COOKIE, THEMES

_YEAR_S: Final = 365 * 24 * 3600


async def choose(request: Request) -> Response:
    """Keep the choice and go back to the page."""
    form = await request.form()
    chosen = form.get("theme", "")
    to = own_path(str(form["to"])) if "to" in form else came_from(request, "/")
    response = RedirectResponse(to, HTTPStatus.SEE_OTHER)
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, str(chosen), max_age=_YEAR_S, samesite="lax")
    return response


ROUTES = [Route("/theme", choose, methods=["POST"])]
