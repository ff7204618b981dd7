"""Who says something: a name that a person gives, kept in a cookie. Nobody checks it."""

from typing import Final
from urllib.parse import quote, unquote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

COOKIE: Final = "runoff_by"
MAX_NAME: Final = 200
_KEPT_S: Final = 365 * 86_400


def who_is(request: Request) -> str:
    """The name that was given last; empty where none was."""
    # A cookie holds few characters; its own percent signs are part of the quoting.
    return unquote(request.cookies.get(COOKIE, ""))[:MAX_NAME]


def who_in(form: FormData) -> str:
    """The name in a form."""
    return " ".join(str(form.get("by", "")).split())[:MAX_NAME]


def remembered(answer: Response, form: FormData) -> Response:
    """The answer, which has the browser keep the form's name."""
    if who_in(form):
        answer.set_cookie(
            COOKIE, quote(who_in(form)), max_age=_KEPT_S, httponly=True, samesite="lax"
        )
    return answer
