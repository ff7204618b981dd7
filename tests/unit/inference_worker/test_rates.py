"""Requests and tokens a minute, by a clock that jumps."""

from __future__ import annotations

import asyncio

import pytest

from runoff_contracts.events.entry import Usage
from runoff_contracts.run_config import RunConfig
from runoff_inference_worker.rates import Rates
from tests.unit.inference_worker.virtual_time import VirtualTime


def moments(rates: Rates, n_calls: int, usage: Usage | None = None) -> list[float]:
    """When each of the calls may begin, if each begins as soon as it may."""

    async def call() -> list[float]:
        found = []
        for _ in range(n_calls):
            n_booked = await rates.wait()
            found.append(asyncio.get_running_loop().time())
            rates.used(usage, n_booked=n_booked)
        return found

    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        return runner.run(call())


def test_requests_are_spread_over_the_minute() -> None:
    """Sixty a minute is one a second, with one second's worth at once at the start."""
    found = moments(Rates(60, None), 5)

    assert found == pytest.approx([0, 0, 1, 2, 3])


def test_no_minute_holds_more_requests_than_the_rate() -> None:
    """But for one second's worth."""
    found = moments(Rates(600, None), 2000)

    busiest = max(sum(begin <= each < begin + 60 for each in found) for begin in found)
    assert busiest <= 600 + 10 + 1


def test_tokens_are_counted_as_the_api_counts_them() -> None:
    """The estimate before a call is set right after it: the sum is exact over time."""
    found = moments(Rates(None, 60_000), 600, Usage(n_input=900, n_output=100))

    assert 600 * 1000 / (found[-1] / 60) == pytest.approx(60_000, rel=0.02)


def test_a_call_that_was_not_charged_takes_nothing_of_the_rate() -> None:
    """A refused request used no tokens."""
    found = moments(Rates(None, 600), 50, None)

    assert found[-1] == 0


def test_the_stricter_rate_decides() -> None:
    """Both hold."""
    by_tokens = moments(Rates(6000, 600), 20, Usage(n_input=100, n_output=0))
    by_requests = moments(Rates(6, 60_000), 20, Usage(n_input=100, n_output=0))

    assert by_tokens[-1] > 120
    assert by_requests[-1] == pytest.approx(180, rel=0.1)


def test_a_run_without_rates_waits_for_none() -> None:
    """Models in process pay nothing for it."""
    assert Rates.of(RunConfig()) is None
