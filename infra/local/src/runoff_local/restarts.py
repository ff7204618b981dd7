"""When a process that died is started again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RestartPolicy:
    """Exponential backoff with jitter; a process that stayed up starts over at the first delay."""

    first_delay_s: float = 0.2
    max_delay_s: float = 10.0
    factor: float = 2.0
    steady_after_s: float = 30.0
    """Up for this long, a process counts as healthy: its earlier deaths are forgotten."""
    tries_at_start: int = 3
    """Deaths before it was ever ready, after which the whole stack is given up."""
    ready_within_s: float = 90.0
    """For the first start; generous, since every service is starting on the same few cores."""


class Backoff:
    """The delays of one process."""

    def __init__(self, policy: RestartPolicy) -> None:
        self._policy = policy
        self._n_deaths = 0

    def delay_s(self, *, up_s: float, luck: float) -> float:
        """How long to wait after a life of `up_s` seconds.

        Args:
            up_s: How long the process was up.
            luck: From 0 to 1, drawn evenly; the delay lies between half and all of its nominal
                length, so that processes that died together do not come back together.
        """
        if up_s >= self._policy.steady_after_s:
            self._n_deaths = 0
        nominal_s = self._policy.first_delay_s * self._policy.factor**self._n_deaths
        # Past a hundred deaths the power itself would overflow.
        self._n_deaths = min(self._n_deaths + 1, 100)
        return min(nominal_s, self._policy.max_delay_s) * (0.5 + luck / 2)
