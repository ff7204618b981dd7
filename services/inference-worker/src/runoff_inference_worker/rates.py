"""Rates of a contender on one worker: requests a minute, tokens a minute.

Calls are spread evenly over the minute instead of let through in one burst, so that no window of
a minute holds more than the rate (and one second of it besides).

Source: the generic cell rate algorithm (ITU-T I.371), as a virtual schedule.
"""

import asyncio

from runoff_contracts.events.entry import Usage
from runoff_contracts.run_config import RunConfig

_BURST_S = 1.0
_FIRST_TOKENS = 500.0
_WEIGHT = 0.2


class Rate:
    """When the next so many units may be used, if so many are allowed a minute."""

    def __init__(self, per_minute: int) -> None:
        self._each_s = 60 / per_minute
        self._due_s = float("-inf")

    def book(self, n_units: float, *, now_s: float) -> float:
        """Take units; answers the seconds to wait before they are used."""
        begin_s = max(self._due_s, now_s - _BURST_S)
        self._due_s = begin_s + n_units * self._each_s
        return max(begin_s - now_s, 0.0)

    def correct(self, n_units: float) -> None:
        """Book what was used beyond the estimate (or give back what was not)."""
        self._due_s += n_units * self._each_s


class Rates:
    """Both rates of a run for one contender.

    What a call costs in tokens is known when it is over. An estimate is booked before it, so that
    many calls at once do not all slip through, and corrected after it by what the API counted:
    the sum is right, whatever the estimate was. It follows the calls made so far.
    """

    def __init__(self, requests_per_minute: int | None, tokens_per_minute: int | None) -> None:
        self._requests = Rate(requests_per_minute) if requests_per_minute else None
        self._tokens = Rate(tokens_per_minute) if tokens_per_minute else None
        self._estimate = _FIRST_TOKENS

    @classmethod
    def of(cls, config: RunConfig) -> "Rates | None":
        """Those of a run; none where it sets none."""
        if config.requests_per_minute is None and config.tokens_per_minute is None:
            return None
        return cls(config.requests_per_minute, config.tokens_per_minute)

    async def wait(self) -> float:
        """Wait until one more call is within the rates; answers the tokens booked for it."""
        now_s = asyncio.get_running_loop().time()
        wait_s = self._requests.book(1, now_s=now_s) if self._requests else 0.0
        if self._tokens:
            wait_s = max(wait_s, self._tokens.book(self._estimate, now_s=now_s))
        n_booked = self._estimate
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        return n_booked

    def used(self, usage: Usage | None, *, n_booked: float) -> None:
        """Set a call right by what it was charged for; one that failed is charged for nothing."""
        if self._tokens is None:
            return
        n_tokens = usage.n_input + usage.n_output if usage else 0
        self._tokens.correct(n_tokens - n_booked)
        if usage:
            self._estimate += _WEIGHT * (n_tokens - self._estimate)
