"""When a failed attempt is made again."""

from __future__ import annotations

import pytest

from runoff_inference_worker.errors import (
    AttemptFailed,
    BadEntry,
    ConnectionFailed,
    ModelRaised,
    RateLimited,
    Rejected,
    ServerFailed,
)
from runoff_inference_worker.retries import is_worth_it, retry_delay


@pytest.mark.parametrize(
    ("error", "first_s", "longest_s"),
    [
        (ModelRaised("oops"), 0.1, 5),
        (ServerFailed("down"), 0.25, 30),
        (ConnectionFailed("reset"), 0.25, 30),
        (RateLimited("slow down"), 0.5, 60),
    ],
)
def test_waits_double_up_to_a_bound(error: AttemptFailed, first_s: float, longest_s: float) -> None:
    """A server that has too much to do is given longer than a model that answered nonsense."""
    longest = [retry_delay(n_failed, error, draw=lambda: 1.0) for n_failed in range(1, 5)]

    assert longest == pytest.approx([first_s, 2 * first_s, 4 * first_s, 8 * first_s])
    assert retry_delay(60, error, draw=lambda: 1.0) == longest_s
    assert retry_delay(60, error, draw=lambda: 0.0) == longest_s / 2


def test_a_server_that_says_how_long_to_wait_is_heeded() -> None:
    """Asking earlier is refused again; all at once is refused for most."""
    error = RateLimited("slow down", retry_after_s=20)

    assert retry_delay(1, error, draw=lambda: 0.0) == 20
    assert 20 < retry_delay(1, error, draw=lambda: 1.0) < 21


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RateLimited("slow down", retry_after_s=59), True),
        (RateLimited("come back tomorrow", retry_after_s=86_400), False),
        (Rejected("bad request", status_code=400), False),
        (BadEntry("unreadable"), False),
        (ServerFailed("down", status_code=500), True),
    ],
)
def test_only_what_time_can_mend_is_asked_again(error: AttemptFailed, expected: bool) -> None:
    """An entry is not held up for a day, and a refused request stays refused."""
    assert is_worth_it(error) is expected
