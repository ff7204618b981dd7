"""When a process that died is started again."""

from __future__ import annotations

import pytest

from runoff_local.restarts import Backoff, RestartPolicy

POLICY = RestartPolicy(first_delay_s=1, max_delay_s=8, factor=2, steady_after_s=30)


def test_each_death_doubles_the_delay_up_to_a_limit() -> None:
    """A process that cannot start must not take the machine with it."""
    backoff = Backoff(POLICY)
    delays = [backoff.delay_s(up_s=0, luck=1) for _ in range(6)]

    assert delays == [1, 2, 4, 8, 8, 8]


def test_a_process_that_stayed_up_comes_back_quickly() -> None:
    """Its earlier deaths say nothing about this one."""
    backoff = Backoff(POLICY)
    for _ in range(5):
        backoff.delay_s(up_s=0, luck=1)

    assert backoff.delay_s(up_s=30, luck=1) == 1


@pytest.mark.parametrize("luck", [0, 0.5, 0.999])
def test_processes_that_died_together_do_not_come_back_together(luck: float) -> None:
    """The delay lies between half of the nominal one and all of it."""
    assert Backoff(POLICY).delay_s(up_s=0, luck=luck) == pytest.approx(0.5 + luck / 2)


def test_a_process_may_die_for_years() -> None:
    """A power of two with a large exponent overflows."""
    backoff = Backoff(POLICY)

    assert [backoff.delay_s(up_s=0, luck=1) for _ in range(5000)][-1] == 8
