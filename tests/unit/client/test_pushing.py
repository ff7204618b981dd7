"""Predictions pushed to a run: batches of a stream, and lines counted over all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runoff.address import Address
from runoff.errors import InvalidInput, ProblemError
from runoff.predictions import Predictions
from runoff.transport import Transport


class Server:
    """Takes batches, and refuses the row that it is told."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.batches: list[list[str]] = []
        self.n_failing = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.n_failing:
            self.n_failing -= 1
            return httpx.Response(503)
        ids = [json.loads(line)["entry_id"] for line in request.read().splitlines()]
        if self.refuses in ids:
            wrong = {"field": "entry_id", "message": "?", "line": ids.index(self.refuses) + 1}
            problem = {"type": "x", "title": "x", "status": 422, "errors": [wrong]}
            return httpx.Response(
                422, json=problem, headers={"content-type": "application/problem+json"}
            )
        self.batches.append(ids)
        taken = {"id": "r", "seq": len(self.batches), "model": "upload/m", "n_rows": len(ids)}
        return httpx.Response(200, json={**taken, "n_new": 1})


def predictions(server: Server) -> Predictions:
    address = Address("http://test", "as given")
    wire = httpx.MockTransport(server)
    return Predictions(Transport(address, retry_delays_s=(0, 0), wire=wire))


def stream(n: int, server: Server, lead: list[int]) -> Iterator[dict[str, object]]:
    for number in range(n):
        lead.append(number - sum(map(len, server.batches)))
        yield {"entry_id": f"e{number}", "label": "x"}


def test_a_stream_is_sent_as_it_is_read() -> None:
    """It may have no end in sight, so no more than a batch of it is held."""
    server, lead = Server(), list[int]()
    pushed = predictions(server).push("r", stream(25, server, lead), batch_rows=10)

    assert [len(each) for each in server.batches] == [10, 10, 5]
    assert max(lead) == 10
    assert (pushed.n_rows, pushed.n_new, pushed.seq) == (25, 3, 3)


def test_a_batch_that_got_no_answer_is_sent_again() -> None:
    """The server passes over what it has."""
    server = Server()
    server.n_failing = 2
    predictions(server).push("r", [{"entry_id": "a"}])

    assert server.batches == [["a"]]


def test_a_refused_row_is_named_by_its_number_among_all(tmp_path: Path) -> None:
    """As it stands in the file, whichever batch it was in."""
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(f'{{"entry_id": "e{number}"}}\n' for number in range(25)))
    with pytest.raises(ProblemError) as refused:
        predictions(Server("e17")).push("r", file, batch_rows=10)

    assert [each.line for each in refused.value.problem.errors] == [18]


def test_large_rows_make_smaller_batches() -> None:
    """The server takes 8 MiB at once."""
    server = Server()
    rows = [{"entry_id": f"e{number}", "text": "x" * 100_000} for number in range(100)]
    predictions(server).push("r", rows)

    assert [len(each) for each in server.batches] == [41, 41, 18]


def test_what_is_no_json_is_not_sent() -> None:
    """JSON has no NaN."""
    server = Server()
    with pytest.raises(InvalidInput):
        predictions(server).push("r", [{"entry_id": "a", "confidence": object()}])

    assert server.batches == []
