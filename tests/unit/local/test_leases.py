"""What the supervisor reads of the word of a worker."""

from __future__ import annotations

import pytest

from runoff_local.leases import Lease


def test_a_lease_names_the_life_of_a_worker_and_what_it_holds() -> None:
    """The shape that workers publish on `runoff.worker.<name>.lease`."""
    lease = Lease.parse(b'{"pid": 7, "replies": ["$JS.ACK.WORK.w.1.2.3.4.0"]}')

    assert lease == Lease(pid=7, replies=("$JS.ACK.WORK.w.1.2.3.4.0",))


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b'{"pid": 7}', b'{"pid": "x", "replies": []}', b"\xff"]
)
def test_anything_else_is_passed_over(body: bytes) -> None:
    """A supervisor that stumbles over a message takes every process with it."""
    assert Lease.parse(body) is None


def test_only_ack_subjects_are_handed_back() -> None:
    """Whoever may publish there must not be able to make the supervisor publish elsewhere."""
    lease = Lease.parse(b'{"pid": 7, "replies": ["runoff.run.1.lifecycle", "$JS.ACK.a"]}')

    assert lease == Lease(pid=7, replies=("$JS.ACK.a",))
