"""Requests against a wire that fails on purpose: retries, refusals, strangers."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from runoff.address import Address
from runoff.comparisons import Comparisons
from runoff.errors import InvalidInput, ProblemError, ServerUnreachable, UnexpectedAnswer
from runoff.runs import Runs
from runoff.transport import Transport, reach

PROBLEM = {
    "type": "urn:runoff:problem:unknown-model",
    "title": "Unknown model",
    "status": 422,
    "errors": [{"field": "models.0", "message": "no model onnx/x; there is onnx/y"}],
}
ACCEPTED = {"id": "r", "seq": 7}

Answer = httpx.Response | Exception


class Wire:
    """Answers with what it was given, one after the other, and keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self._answers: Iterator[Answer] = iter(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


Runner = Callable[[Wire], Runs]


@pytest.fixture
def runs_over() -> Iterator[Runner]:
    """`client.runs` over a wire, with retries that do not wait."""
    made: list[Transport] = []

    def over(wire: Wire) -> Runs:
        transport = Transport(
            Address("http://test", "as given"),
            retry_delays_s=(0, 0, 0),
            wire=httpx.MockTransport(wire),
        )
        made.append(transport)
        return Runs(transport)

    yield over
    for each in made:
        each.close()


def test_a_launch_is_retried_under_the_same_key(runs_over: Runner) -> None:
    """The first may have arrived: only the key keeps it from becoming two runs."""
    wire = Wire(httpx.ReadError("broken"), httpx.Response(503), httpx.Response(201, json=ACCEPTED))

    accepted = runs_over(wire).launch(dataset="d", models=["onnx/a"])

    assert accepted.seq == 7
    assert len({request.headers["Idempotency-Key"] for request in wire.requests}) == 1
    assert len({request.content for request in wire.requests}) == 1


def test_a_server_that_stays_away_is_named_with_what_to_do(runs_over: Runner) -> None:
    """The address says whether it was a typing error, the hint how to start one."""
    wire = Wire(*[httpx.ConnectError("refused")] * 4)

    with pytest.raises(ServerUnreachable, match=r"http://test \(as given\).*\n.*runoff up"):
        runs_over(wire).show("r")


def test_a_refusal_carries_the_problem_and_is_not_repeated(runs_over: Runner) -> None:
    """The same order would be refused again."""
    wire = Wire(httpx.Response(422, json=PROBLEM))

    with pytest.raises(ProblemError, match=r"models\.0: no model onnx/x") as caught:
        runs_over(wire).launch(dataset="d", models=["onnx/x"])

    assert caught.value.name == "unknown-model"
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, text="<html>"), httpx.Response(404, text="Not Found")]
)
def test_another_server_at_the_address_is_recognized(
    runs_over: Runner, answer: httpx.Response
) -> None:
    """Port 8700 may be something else's; its page is no run."""
    with pytest.raises(UnexpectedAnswer, match="not as Runoff does"):
        runs_over(Wire(answer)).show("r")


def test_a_name_stays_one_segment_of_the_path(runs_over: Runner) -> None:
    """An entry called `../x` must not ask for something else."""
    wire = Wire(httpx.Response(422, json=PROBLEM))

    with pytest.raises(ProblemError):
        runs_over(wire).entry("r", "../a/b?c")

    assert wire.requests[0].url.raw_path == b"/api/runs/r/entries/..%2Fa%2Fb%3Fc"


@pytest.mark.parametrize(
    ("url", "by_environment", "certificates"),
    [
        ("http://127.0.0.1:8700", False, False),
        ("http://localhost:8700", False, False),
        ("http://[::1]:8700", False, False),
        ("https://localhost:8700", False, True),
        ("http://runoff.example", True, True),
        ("https://127.0.0.1.example", True, True),
    ],
)
def test_only_plain_http_on_this_machine_does_without_certificates(
    url: str, by_environment: bool, certificates: bool
) -> None:
    """Elsewhere a proxy of the environment may speak TLS, and whoever it is has to prove it."""
    assert reach(url) == {"trust_env": by_environment, "verify": certificates}


def test_a_number_that_is_none_is_told_and_not_a_traceback() -> None:
    """JSON has no NaN; nothing is sent."""
    wire = Wire()
    transport = Transport(Address("http://test", "as given"), wire=httpx.MockTransport(wire))

    with pytest.raises(InvalidInput, match="cannot be sent"):
        Comparisons(transport).create(runs=["01931b6c"], margin=float("nan"))

    transport.close()
    assert wire.requests == []


@pytest.mark.parametrize("n_kept", [0, 1])
def test_what_is_kept_is_asked_for_by_its_tag_and_nothing_else_is(n_kept: int) -> None:
    """A page that is loaded anew then costs the server next to nothing; the newest view stays."""

    def part(n_matching: int, tag: str) -> httpx.Response:
        return httpx.Response(
            200, json={"items": [], "n_matching": n_matching}, headers={"ETag": tag}
        )

    again = [httpx.Response(304)] if n_kept else [part(1, "W/1")]
    wire = Wire(part(1, "W/1"), *again, part(2, "W/2"), part(5, "W/2"), part(2, "W/2"))
    transport = Transport(
        Address("http://test", "as given"), wire=httpx.MockTransport(wire), n_kept=n_kept
    )
    runs = Runs(transport)
    found = [runs.entries("r", offset=offset).n_matching for offset in (0, 0, 0, 9, 0)]
    transport.close()

    assert found == [1, 1, 2, 5, 2]
    tags = [each.headers.get("If-None-Match") for each in wire.requests]
    assert tags == ([None, "W/1", "W/1", None, None] if n_kept else [None] * 5)
