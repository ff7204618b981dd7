"""What went wrong with a request, as the class of attempt that it is."""

from collections.abc import Iterator

import aiohttp
import httpx2
from pydantic_ai.exceptions import (
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    UserError,
)

from runoff_inference_worker.errors import (
    AttemptFailed,
    ConnectionFailed,
    MalformedAnswer,
    RateLimited,
    Rejected,
    ServerFailed,
)
from runoff_inference_worker.llm.reading import clean
from runoff_inference_worker.llm.wire import BodyRefused, Redirected

_SAID_CHARACTERS = 500
_HIDDEN = "***"
_UNREACHED = (ModelConnectionError, httpx2.TransportError, aiohttp.ClientError)
_LATER = {408, 425}
"""Refusals that are of the moment, not of the request."""


def failure(error: Exception, key: str | None) -> AttemptFailed:
    """The attempt that an error of pydantic-ai, or of what it stands on, is.

    Args:
        key: The secret that was sent; whatever a server says, it does not come back out.
    """
    for each in _chain(error):
        if isinstance(each, BodyRefused):
            return MalformedAnswer(str(each))
        if isinstance(each, Redirected):
            return Rejected(str(each), status_code=each.status_code)
    if isinstance(error, ModelHTTPError):
        return _status(error, _hidden(_words(error.body), key))
    said = _hidden(_told(error), key)
    if isinstance(error, _UNREACHED) and not isinstance(error, aiohttp.ClientResponseError):
        return ConnectionFailed(said)
    if isinstance(error, UserError):
        return Rejected(said)
    # What is left are answers of another shape than the protocol's: the libraries stumble on them.
    return MalformedAnswer(f"the server's answer cannot be read: {said}")


def _status(error: ModelHTTPError, words: str) -> AttemptFailed:
    status = error.status_code
    said = f"the server answered {status}: {words}" if words else f"the server answered {status}"
    wait_s = None if error.retry_after is None else max(error.retry_after, 0.0)
    if isinstance(error, ModelQuotaExceededError):
        # No wait within a run mends an account without credit.
        return RateLimited(said, retry=False, status_code=status)
    if status == httpx2.codes.TOO_MANY_REQUESTS:
        return RateLimited(said, status_code=status, retry_after_s=wait_s)
    if status >= httpx2.codes.INTERNAL_SERVER_ERROR or status in _LATER:
        return ServerFailed(said, status_code=status, retry_after_s=wait_s)
    return Rejected(said, status_code=status)


def _words(body: object) -> str:
    """What a server's error says, without the wrapping that differs from API to API."""
    for _ in range(3):
        if isinstance(body, list) and body:
            body = body[0]
        if isinstance(body, dict):
            body = body.get("error") or body.get("message") or body.get("detail") or ""
    return body if isinstance(body, str) else ""


def _told(error: Exception) -> str:
    """The first words of the error, and of what caused it."""
    causes = [str(each) or type(each).__name__ for each in _chain(error)]
    return ": ".join(dict.fromkeys(causes))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _hidden(text: str, key: str | None) -> str:
    text = clean(text) if key is None else clean(text).replace(key, _HIDDEN)
    return text[:_SAID_CHARACTERS]
