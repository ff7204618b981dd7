"""Subscriptions over connections that break: no gap, no repeat, and an end to patience."""

import json
from collections.abc import Iterable, Iterator

import httpx
import pytest

from runoff.address import Address
from runoff.errors import ServerUnreachable
from runoff.events import Events, Position
from runoff.reconnect import Patience
from runoff.transport import Transport


class Log:
    """A server's log of messages with one or more events each; connections break."""

    def __init__(self, sizes: Iterable[int], *, breaks_after: Iterable[int]) -> None:
        self._messages = list(enumerate(sizes, start=1))
        self._breaks_after = iter(breaks_after)
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        last_id = request.headers["Last-Event-ID"]
        self.asked.append(last_id)
        # Goes on with the whole message, as the least that a server has to do.
        seq, dot, _ = last_id.partition(".")
        events = self._events(int(seq) - (1 if dot else 0))
        return httpx.Response(200, stream=Breaking(events, next(self._breaks_after)))

    def _events(self, after: int) -> Iterator[bytes]:
        for seq, size in self._messages:
            for k in range(size if seq > after else 0):
                id_ = f"{seq}.{k}" if size > 1 else str(seq)
                data = {
                    "seq": seq,
                    "subject": "s",
                    "id": id_,
                    "type": "t",
                    "time": "2026-01-01T00:00:00Z",
                    "data": {},
                }
                yield f"id: {id_}\nevent: t\ndata: {json.dumps(data)}\n\n".encode()


class Breaking(httpx.SyncByteStream):
    """Some events, half an event, and the connection is gone."""

    def __init__(self, events: Iterator[bytes], n: int) -> None:
        self._events, self._n = events, n

    def __iter__(self) -> Iterator[bytes]:
        for number, event in enumerate(self._events):
            if number == self._n:
                yield event[: len(event) // 2]
                raise httpx.ReadError("broken")
            yield event


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runoff.reconnect.DELAY_S", 0.0)


def follow(log: Log, n: int) -> list[str]:
    transport = Transport(
        Address("http://test", "as given"), wire=httpx.MockTransport(log), retry_delays_s=()
    )
    events = Events(transport).follow(after=0)
    ids = [next(events).id for _ in range(n)]
    transport.close()
    return ids


def test_a_broken_connection_leaves_no_gap_and_no_repeat() -> None:
    """What was read of a slice is not read again, though the server sends it."""
    log = Log([1, 3, 1, 4], breaks_after=[5, 9])

    ids = follow(log, 9)

    assert ids == ["1", "2.0", "2.1", "2.2", "3", "4.0", "4.1", "4.2", "4.3"]
    assert log.asked == ["0", "3"]


def test_a_break_within_a_slice_goes_on_within_it() -> None:
    """A slice may hold hundreds of events."""
    log = Log([1, 3], breaks_after=[2, 9])

    assert follow(log, 4) == ["1", "2.0", "2.1", "2.2"]
    assert log.asked == ["0", "2.0"]


def test_a_place_within_a_message_is_before_the_message_is_done() -> None:
    """This order is what skipping relies on."""
    assert Position.parse("7") > Position.parse("7.12") > Position.parse("7.2") > Position(6)


def test_patience_ends_after_its_limit_and_is_renewed_by_success() -> None:
    """A subscriber outlives a restart, and does not wait for ever for a server that is gone."""
    now_s = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds + 1

    gone = ServerUnreachable("http://x", origin="as given", reason="refused")
    patience = Patience(limit_s=10, clock=lambda: now_s, sleep=sleep)
    for _ in range(5):
        patience.spend(gone)
        patience.renew()

    with pytest.raises(ServerUnreachable):
        while now_s < 100:
            patience.spend(gone)

    assert now_s > 15
