"""Every error answer is a problem document (RFC 9457) that says what would be right."""

import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from runoff_contracts.problem import FieldError, Problem, problem
from runoff_query.outages import NATS_AWAY, POSTGRES_AWAY
from runoff_runtime.errors import NoAnswer

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {"Retry-After": "1"}

logger = structlog.get_logger(__name__)


class ProblemRaised(Exception):
    """A request is answered with a problem; raise it anywhere below a route."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.title)
        self.problem, self.headers = problem, headers


def refuse(
    name: str,
    title: str,
    status: int,
    detail: str = "",
    *,
    field: str | None = None,
    hint: str = "",
    errors: Sequence[FieldError] = (),
) -> ProblemRaised:
    """What to raise: a problem, with the field that is wrong and what would be right."""
    wrong = [*errors, *([FieldError(field=field, message=hint or title)] if field else [])]
    return ProblemRaised(problem(name, title, status, detail, wrong))


def unknown(kind: str, name: str) -> ProblemRaised:
    """There is no such thing."""
    return refuse(f"unknown-{kind}", f"There is no {kind} {name!r}", 404)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The response that carries a problem."""
    return Response(
        problem.model_dump_json(),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}) | (RETRY_AFTER if problem.status == 503 else {}),
    )


def internal() -> tuple[Problem, str]:
    """A problem that says nothing of what went wrong, and the id under which the log does."""
    error_id = secrets.token_hex(8)
    detail = f"The server's log has the reason under the id {error_id}."
    return problem("internal", "Something went wrong here", 500, detail), error_id


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""
    app.add_exception_handler(ProblemRaised, _problem)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(NoAnswer, _no_answer)
    app.add_exception_handler(asyncpg.DataError, _impossible)
    away: set[type[Exception]] = {*POSTGRES_AWAY, *NATS_AWAY}
    for each in away:
        app.add_exception_handler(each, _away)


async def _problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemRaised):
        raise error
    return answer(error.problem, error.headers)


async def _malformed(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [
        FieldError(field=_place(each["loc"]), message=str(each["msg"])) for each in error.errors()
    ]
    return answer(problem("invalid-request", "The request is not valid", 422, errors=errors))


def _place(location: Sequence[str | int]) -> str:
    """`config.sleep_s` from the place that FastAPI names; the body's own parts need no prefix."""
    parts = [str(part) for part in location]
    if parts and parts[0] in {"body", "query", "path", "header"}:
        parts = parts[1:] or [parts[0]]
    return ".".join(parts)


async def _http(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    name = status.phrase.lower().replace(" ", "-").replace("'", "")
    detail = "" if error.detail == status.phrase else str(error.detail)
    return answer(problem(name, status.phrase, status.value, detail), error.headers)


async def _no_answer(_: Request, error: Exception) -> Response:
    return answer(
        problem("service-unavailable", "A service did not answer", 503, f"{error}; try again.")
    )


async def _impossible(_: Request, error: Exception) -> Response:
    """A value that no row can have: a number over 64 bits, a text with U+0000."""
    logger.info("request.impossible_value", error=repr(error))
    return answer(problem("invalid-request", "A value of the request is out of every range", 422))


async def _away(request: Request, error: Exception) -> Response:
    if isinstance(error, ValueError):
        # The driver's own word for values that it cannot send.
        return await _impossible(request, error)
    logger.warning("request.server_away", error=repr(error))
    return answer(
        problem(
            "server-unavailable",
            "The database or the event log is not reachable",
            503,
            "Nothing was changed that was not confirmed; try again in a moment.",
        )
    )
