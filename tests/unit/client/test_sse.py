"""Server-sent events are read whole, however the network cuts them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runoff.sse import ServerSentEvent, events_in

STREAM = (
    b": a comment\n\n"
    b'id: 7\nevent: progress\ndata: {"a":\ndata: 1}\n\n'
    b"retry: 10\n\n"
    b"data:caf\xc3\xa9 \xe2\x80\xa8 \xc2\x85\r\nid: 8.2\r\n\r\n"
    b"data: cut off\n"
)
EVENTS = [
    ServerSentEvent("progress", '{"a":\n1}', "7"),
    ServerSentEvent("message", "café \u2028 \x85", "8.2"),
]


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_where_the_network_cuts_makes_no_difference(cuts: list[int]) -> None:
    """A chunk may end within a character or between the two bytes of a line end."""
    edges = sorted([0, *cuts, len(STREAM)])
    chunks = [STREAM[a:b] for a, b in pairwise(edges)]

    assert list(events_in(chunks)) == EVENTS


def test_an_event_that_was_cut_off_is_dropped() -> None:
    """It is asked for again after the reconnect; half of one would be a repeat."""
    assert list(events_in([b"id: 1\ndata: half\n"])) == []
