"""How long a stream that broke is tried again before the caller hears of it."""

import time
from collections.abc import Callable

from runoff.errors import RunoffError

DELAY_S = 0.2
DELAY_MAX_S = 3.0


class Patience:
    """Waits a little longer after each failure in a row; gives up when `limit_s` is over."""

    def __init__(
        self,
        *,
        limit_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit_s, self._clock, self._sleep = limit_s, clock, sleep
        self._broken_since: float | None = None
        self._delay_s = DELAY_S

    def renew(self) -> None:
        """Something came: the next failure is a first one."""
        self._broken_since, self._delay_s = None, DELAY_S

    def spend(self, error: RunoffError) -> None:
        """Wait before the next attempt.

        Raises:
            RunoffError: The error given, when the limit is over.
        """
        now = self._clock()
        if self._broken_since is None:
            self._broken_since = now
        if now - self._broken_since > self._limit_s:
            raise error
        self._sleep(self._delay_s)
        self._delay_s = min(self._delay_s * 2, DELAY_MAX_S)
