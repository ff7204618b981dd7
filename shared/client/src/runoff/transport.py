"""HTTP as every part of the client uses it: views out, our errors, and retries where it is safe."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import IO, NoReturn, TypedDict, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from runoff.address import Address
from runoff.errors import InvalidInput, ProblemError, ServerUnreachable, UnexpectedAnswer
from runoff.sse import ServerSentEvent, events_in
from runoff_contracts.problem import Problem

View = TypeVar("View", bound=BaseModel)
Scalar = str | int | float | bool
Params = Mapping[str, Scalar | Sequence[str] | None]
"""Query parameters; None leaves one out."""

RETRY_DELAYS_S = (0.1, 0.3, 0.6, 1.0)
"""Long enough for a supervisor to start a server that died, short enough for a person."""
RETRY_LIMIT_S = 15.0
"""No further attempt after this, so that slow refusals do not add up."""
TRANSIENT = {502, 503, 504}
"""Statuses of a server that is about to come back."""
SILENCE_S = 30.0
"""A stream that says nothing for so long, not even a comment, is taken for broken."""

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Body(TypedDict, total=False):
    """What a request carries; the names are those of httpx."""

    json: object
    content: Iterable[bytes]
    files: Mapping[str, tuple[str | None, str | IO[bytes], str]]
    headers: Mapping[str, str]


class Reach(TypedDict):
    """How connections are made; the names are those of httpx."""

    trust_env: bool
    verify: bool


def reach(url: str) -> Reach:
    """How to reach the server at this address.

    A proxy from the environment would be asked for 127.0.0.1, where it is another machine. And a
    connection that never speaks TLS needs no certificates, which take 20 ms to read.
    """
    parts = urlsplit(url)
    is_near = parts.hostname in LOOPBACK
    return {"trust_env": not is_near, "verify": not is_near or parts.scheme != "http"}


class StreamBroken(Exception):
    """A stream ended that should not have; `error` is what a person is told in the end."""

    def __init__(self, error: ServerUnreachable) -> None:
        super().__init__(str(error))
        self.error = error


class Kept:
    """The last views that were read, each with the tag that says what state it is of."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._views: OrderedDict[tuple[str, ...], tuple[str, BaseModel]] = OrderedDict()

    def find(self, key: tuple[str, ...]) -> tuple[str, BaseModel] | None:
        """Tag and view, where there is one."""
        with self._lock:
            if key in self._views:
                self._views.move_to_end(key)
            return self._views.get(key)

    def put(self, key: tuple[str, ...], tag: str, view: BaseModel) -> None:
        """Keep a view; the one that nobody read for longest goes."""
        with self._lock:
            self._views[key] = (tag, view)
            self._views.move_to_end(key)
            while len(self._views) > self._most:
                self._views.popitem(last=False)


class Transport:
    """One server, one connection pool."""

    def __init__(
        self,
        address: Address,
        *,
        timeout_s: float = 60.0,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
        wire: httpx.BaseTransport | None = None,
        n_kept: int = 0,
    ) -> None:
        self.address = address
        self._kept = Kept(n_kept)
        self._retry_delays_s = retry_delays_s
        self._http = httpx.Client(
            base_url=address.url,
            timeout=httpx.Timeout(timeout_s, connect=5.0),
            transport=wire,
            **reach(address.url),
        )

    def close(self) -> None:
        """End all connections."""
        self._http.close()

    def get(self, view: type[View], path: str, params: Params | None = None) -> View:
        """Read one view."""
        return self._read(view, self._send("GET", path, params, repeatable=True))

    def get_again(self, view: type[View], path: str, params: Params | None = None) -> View:
        """Read a view that is read often: where it is kept, ask only whether it still stands."""
        key = (view.__name__, path, str(httpx.QueryParams(_given(params))))
        tag, known = self._kept.find(key) or ("", None)
        headers = {"If-None-Match": tag} if tag else {}
        answer = self._send(
            "GET",
            path,
            params,
            body=lambda: Body(headers=headers),
            repeatable=True,
            also=[HTTPStatus.NOT_MODIFIED] if tag else [],
        )
        if isinstance(known, view) and answer.status_code == HTTPStatus.NOT_MODIFIED:
            return known
        made = self._read(view, answer)
        if "ETag" in answer.headers:
            self._kept.put(key, answer.headers["ETag"], made)
        return made

    def get_bytes(self, path: str, params: Params | None = None) -> bytes:
        """Read content as it is."""
        return self._send("GET", path, params, repeatable=True).content

    def download(
        self,
        path: str,
        params: Params,
        target: IO[bytes],
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Write an answer of any size to an open file; the bytes written.

        Args:
            progress: Called with the bytes written, twice: how many come is not known before.

        Raises:
            ServerUnreachable: When it breaks off, also in the middle: what came is not whole.
        """
        n_bytes = 0
        try:
            with self._http.stream("GET", path, params=_given(params)) as answer:
                if not answer.is_success:
                    answer.read()
                    self._refuse(answer)
                for chunk in answer.iter_bytes():
                    target.write(chunk)
                    n_bytes += len(chunk)
                    if progress:
                        progress(n_bytes, n_bytes)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        return n_bytes

    def send(
        self,
        view: type[View],
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: Callable[[], Body] = Body,
        repeatable: bool,
        statuses: Sequence[int] = (),
    ) -> View:
        """Send something and read what it is answered with.

        Args:
            body: Makes the body anew for each attempt: an iterator is used up by the first.
            repeatable: Whether doing it twice is the same as once, so that it may be retried.
            statuses: Statuses besides 2xx that carry the view too.
        """
        answer = self._send(method, path, params, body=body, repeatable=repeatable, also=statuses)
        return self._read(view, answer)

    def stream(
        self,
        path: str,
        params: Params | None = None,
        *,
        last_event_id: str | None = None,
        opened: Callable[[], None],
    ) -> Iterator[ServerSentEvent]:
        """The events of one connection, until the server ends it.

        Args:
            last_event_id: Go on behind this event.
            opened: Called when the server has begun to answer.

        Raises:
            StreamBroken: When it did not open or broke: the caller knows where to go on.
        """
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        try:
            yield from self._stream(path, params, headers, opened)
        except httpx.TransportError as error:
            raise StreamBroken(self._unreachable(error)) from error
        raise StreamBroken(self._unreachable(EOFError("the stream ended")))

    def _stream(
        self,
        path: str,
        params: Params | None,
        headers: Mapping[str, str],
        opened: Callable[[], None],
    ) -> Iterator[ServerSentEvent]:
        limits = httpx.Timeout(SILENCE_S, connect=5.0)
        with self._http.stream(
            "GET", path, params=_given(params), headers=headers, timeout=limits
        ) as answer:
            if answer.status_code in TRANSIENT:
                raise httpx.RemoteProtocolError(f"it answers {answer.status_code}")
            if not answer.is_success:
                answer.read()
                self._refuse(answer)
            opened()
            yield from events_in(answer.iter_bytes())

    def _unreachable(self, error: Exception) -> ServerUnreachable:
        """What to tell a person about a connection that failed."""
        reason = str(error) or type(error).__name__
        return ServerUnreachable(self.address.url, origin=self.address.origin, reason=reason)

    def _send(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: Callable[[], Body] = Body,
        repeatable: bool,
        also: Sequence[int] = (),
    ) -> httpx.Response:
        delays = iter(self._retry_delays_s)
        started = time.monotonic()
        while True:
            failed, answer = None, None
            try:
                request = self._request(method, path, params, body())
                answer = self._http.send(request)
            except httpx.TransportError as error:
                failed = error
            if answer is not None and (answer.is_success or answer.status_code in also):
                return answer
            # A refused connection carried nothing, so whatever was to be sent may go again.
            again = repeatable or isinstance(failed, httpx.ConnectError)
            transient = answer is None or answer.status_code in TRANSIENT
            delay_s = next(delays, None)
            late = time.monotonic() - started > RETRY_LIMIT_S
            if not (again and transient) or delay_s is None or late:
                self._give_up(answer, failed)
            time.sleep(delay_s)

    def _request(self, method: str, path: str, params: Params | None, body: Body) -> httpx.Request:
        try:
            return self._http.build_request(method, path, params=_given(params), **body)
        except ValueError as error:
            # JSON has no NaN and no infinity.
            raise InvalidInput(f"The request cannot be sent: {error}") from error

    def _give_up(
        self, answer: httpx.Response | None, failed: httpx.TransportError | None
    ) -> NoReturn:
        if answer is None:
            raise self._unreachable(failed or EOFError()) from failed
        self._refuse(answer)

    def _read(self, view: type[View], answer: httpx.Response) -> View:
        try:
            return view.model_validate_json(answer.content)
        except ValidationError as error:
            reason = f"no {view.__name__}, {error.error_count()} field(s) are wrong or missing"
            raise self._unexpected(answer, reason) from error

    def _refuse(self, answer: httpx.Response) -> NoReturn:
        try:
            problem = Problem.model_validate_json(answer.content)
        except ValidationError as error:
            raise self._unexpected(answer, "no problem document") from error
        raise ProblemError(problem)

    def _unexpected(self, answer: httpx.Response, reason: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(str(answer.url), status=answer.status_code, reason=reason)


def path_of(*parts: str) -> str:
    """An API path of names: each stays one segment, whatever is in it."""
    return "/".join(["/api", *(quote(part, safe="") for part in parts)])


def _given(params: Params | None) -> dict[str, Scalar | Sequence[str]]:
    return {name: value for name, value in (params or {}).items() if value is not None}
