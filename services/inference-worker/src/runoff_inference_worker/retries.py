"""Whether and when a failed attempt is made again, by what went wrong."""

import random
from collections.abc import Callable

from runoff_contracts.events.entry import ErrorClass
from runoff_inference_worker.errors import AttemptFailed

PATIENCE_S = 60.0
"""The longest wait that a server's Retry-After may ask for; an entry is not held up longer."""

_DELAYS_S: dict[ErrorClass, tuple[float, float]] = {
    "rate_limit": (0.5, 60.0),
    "server": (0.25, 30.0),
    "connection": (0.25, 30.0),
}
"""First and longest wait. A server that has too much to do needs longer than a model that
answered nonsense, which may be asked again at once."""
_ELSE_S = (0.1, 5.0)


def retry_delay(
    n_failed: int, error: AttemptFailed, *, draw: Callable[[], float] = random.random
) -> float:
    """Wait before the next attempt: doubled each time, and spread over its upper half.

    Without the spread, entries that failed together would all come back in one moment. What the
    server asks for is the least; the spread is added to it.

    Args:
        n_failed: Attempts that failed so far, at least 1.
        error: The last of them.
    """
    first_s, longest_s = _DELAYS_S.get(error.error_class, _ELSE_S)
    whole: float = min(first_s * 2 ** (n_failed - 1), longest_s)
    delay_s = whole * (0.5 + draw() / 2)
    if error.retry_after_s is None:
        return delay_s
    return max(delay_s, error.retry_after_s + draw() * first_s / 2)


def is_worth_it(error: AttemptFailed) -> bool:
    """Whether asking again may help within the time that an entry may take."""
    return error.retry and (error.retry_after_s or 0.0) <= PATIENCE_S
