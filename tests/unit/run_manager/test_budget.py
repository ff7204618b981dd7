"""When a run has to end because it costs or fails too much."""

from __future__ import annotations

import pytest

from runoff_contracts.events.lifecycle import AnswersTaken
from runoff_contracts.run_config import RunConfig
from runoff_run_manager.budget import overrun
from tests.unit.run_manager import given


def reason(*, n_failed: int = 0, cost_usd: float = 0.0, **config: object) -> str | None:
    created = given.created(200, config=RunConfig.model_validate(config))
    return overrun(created, n_processed=50, n_failed=n_failed, cost_usd=cost_usd)


def test_a_run_without_limits_goes_on_whatever_it_costs() -> None:
    """Nobody set one."""
    assert reason(n_failed=200, cost_usd=1e9) is None


@pytest.mark.parametrize(("cost_usd", "over"), [(0.0, False), (1.5, False), (1.500001, True)])
def test_a_run_ends_over_its_cost_and_not_at_it(cost_usd: float, over: bool) -> None:
    """The limit itself may be spent."""
    assert (reason(max_cost_usd=1.5, cost_usd=cost_usd) is not None) is over


@pytest.mark.parametrize(
    ("limit", "n_failed", "over"),
    [(0, 0, False), (0, 1, True), (7, 7, False), (7, 8, True), (0.1, 20, False), (0.1, 21, True)],
)
def test_failed_entries_are_limited_by_count_or_by_share_of_all(
    limit: float, n_failed: int, over: bool
) -> None:
    """A share is of all entries, not of those that were asked so far: no early bad luck ends it."""
    assert (reason(max_failed=limit, n_failed=n_failed) is not None) is over


def test_the_reason_gives_the_numbers() -> None:
    """A person reads it in a table of runs."""
    assert reason(max_cost_usd=1.5, cost_usd=2.25) == (
        "the known cost of $2.25 is over max_cost_usd $1.5, after 50 of 200 entries"
    )
    assert reason(max_failed=0.1, n_failed=21) == (
        "21 failed entries are over max_failed 0.1 of 200 entries, after 50 of 200 entries"
    )
    assert reason(max_failed=3, n_failed=4) == (
        "4 failed entries are over max_failed 3, after 50 of 200 entries"
    )


def test_a_run_that_asks_nothing_is_under_no_limit() -> None:
    """Scoring anew what failed then must not fail for it again."""
    created = given.created(
        config=RunConfig(max_failed=0, max_cost_usd=0.01),
        answers_from=AnswersTaken(run_id=given.RUN_ID, what="all"),
    )

    assert overrun(created, n_processed=10, n_failed=10, cost_usd=9.0) is None
