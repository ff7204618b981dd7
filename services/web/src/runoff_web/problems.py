"""Every error is a page that says what happened and what to do; scripts get the same as a part."""

import secrets
from http import HTTPStatus
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ExceptionHandler

from runoff.errors import ProblemError, RunoffError, ServerUnreachable
from runoff_contracts.problem import FieldError
from runoff_web.errors import BadParam
from runoff_web.parts import parts_of

FRAGMENT_HEADER: Final = "x-fragment"

logger = structlog.get_logger(__name__)


def problem_page(
    request: Request,
    status: int,
    title: str,
    detail: str = "",
    errors: list[FieldError] | None = None,
) -> Response:
    """A page that says what is wrong; a part of a page where a script asks."""
    pages = parts_of(request).pages
    said = errors or []
    if FRAGMENT_HEADER in request.headers:
        part = pages.fragment("problem.html", title=title, detail=detail, errors=said)
        return HTMLResponse(part, status)
    return pages.page(request, "error.html", status=status, title=title, detail=detail, errors=said)


def _away(request: Request, error: Exception) -> Response:
    logger.info("api.away", error=str(error))
    return problem_page(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The server does not answer",
        "The pages are up, and the API that they read from is not. They work again as soon as it "
        "does; nothing that was confirmed is lost.",
    )


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    told = error.problem
    return problem_page(request, told.status, told.title, told.detail or "", list(told.errors))


def _odd(request: Request, error: Exception) -> Response:
    logger.warning("api.unexpected", error=str(error))
    return problem_page(request, HTTPStatus.BAD_GATEWAY, "The answer is not understood", str(error))


def _bad_address(request: Request, error: Exception) -> Response:
    return problem_page(
        request, HTTPStatus.UNPROCESSABLE_ENTITY, "This address is not understood", str(error)
    )


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.NOT_FOUND:
        told = f"Nothing is at {request.url.path}. It may have been deleted, or the address is cut."
        return problem_page(request, 404, "There is no such page", told)
    return problem_page(request, error.status_code, str(error.detail))


def _broken(request: Request, error: Exception) -> Response:
    error_id = secrets.token_hex(8)
    logger.exception("request.failed", error_id=error_id, path=request.url.path, exc_info=error)
    return problem_page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong here",
        f"The log of the pages has the reason under the id {error_id}.",
    )


HANDLERS: Final[dict[int | type[Exception], ExceptionHandler]] = {
    ServerUnreachable: _away,
    ProblemError: _refused,
    RunoffError: _odd,
    BadParam: _bad_address,
    HTTPException: _http,
    Exception: _broken,
}
