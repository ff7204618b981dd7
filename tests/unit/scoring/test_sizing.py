"""How many entries show a difference, and what so many show; in numbers and in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from runoff_contracts.plan_size import PlanSize, PlanSizeAsked
from runoff_scoring.errors import NotComparable
from runoff_scoring.sizing import plan_size, variation_given, variation_of
from runoff_statistics import (
    Spread,
    detectable_difference,
    entries_for_mean,
    entries_for_proportions,
)


def size(**named: Any) -> PlanSize:
    asked = PlanSizeAsked.model_validate(named)
    varied = variation_given(asked)
    assert varied is not None
    return plan_size(asked, varied)


def test_two_points_of_accuracy_ask_for_so_many_entries() -> None:
    """The number is the statistics' own; the sentence says under which conditions."""
    found = size(difference=0.02, discordance=0.1)

    assert found.n_entries == entries_for_proportions(0.02, 0.1) == 2_060
    assert found.sentence == (
        "To see a difference of 2 points in 80 of 100 comparisons, 2,060 entries are needed where "
        "exactly one of two models is right on 10 % (tested at 5 %)."
    )
    assert [each.n_entries for each in found.rows] == [515, 1030, 2060, 4120, 8240]
    assert found.rows[2].difference == pytest.approx(0.02, rel=1e-3)


def test_a_number_of_entries_shows_so_large_a_difference() -> None:
    """Asked before a launch, or after one that showed nothing."""
    found = size(n_entries=400, discordance=0.1, power=0.9, alpha=0.01)

    assert found.difference == detectable_difference(400, 0.1, confidence=0.99, power=0.9)
    assert found.sentence.startswith("400 entries show a difference of 6.")
    assert "90 of 100 comparisons" in found.sentence


def test_too_few_entries_show_nothing_and_that_is_said() -> None:
    """Not a difference of 100 %."""
    found = size(n_entries=5, discordance=0.1)

    assert found.difference is None
    assert found.sentence.startswith("5 entries show no difference")


def test_a_mean_is_sized_by_how_much_differences_vary() -> None:
    """Of F1, pixels, seconds: in the metric's own unit."""
    found = size(difference=0.5, sd=4.0)

    assert (found.kind, found.n_entries) == ("mean", entries_for_mean(0.5, Spread(4.0)))
    assert "a difference of 0.5 in" in found.sentence


def test_a_run_says_how_much_entries_vary_by_its_most_different_pair() -> None:
    """Missing scores are left out of the pair; a smaller guess would plan too few entries."""
    scores = np.array([[1, 1, 0, np.nan], [1, 0, 0, 1], [0, 0, 1, 1]], dtype=float)

    passing = variation_of(scores, metric="accuracy", is_pass_fail=True, run_id="r")
    graded = variation_of(scores, metric="f1", is_pass_fail=False, run_id="r")

    assert passing.amount == pytest.approx(1)
    assert graded.amount == pytest.approx(np.std([1, 1, -1], ddof=1))
    assert graded.deviations == pytest.approx([2 / 3, 2 / 3, 4 / 3]), "how far the rare ones lay"


def test_a_run_whose_models_never_differ_says_nothing() -> None:
    """Zero discordance would promise to see everything."""
    with pytest.raises(NotComparable) as refused:
        variation_of(np.ones((2, 5)), metric="accuracy", is_pass_fail=True, run_id="r")

    assert refused.value.problem.status == 422


@pytest.mark.parametrize("named", [{"discordance": 0.1}, {"sd": 1e9}])
def test_a_difference_that_nothing_could_show_is_refused(named: dict[str, float]) -> None:
    """Larger than the discordance, or smaller than any number of entries shows."""
    from_run = PlanSizeAsked(difference=0.2 if "discordance" in named else 1e-9, from_run="0" * 8)
    varied = variation_given(PlanSizeAsked.model_validate({"n_entries": 10} | named))
    assert varied is not None

    with pytest.raises(NotComparable):
        plan_size(from_run, varied)


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"difference": 0.1},
        {"difference": 0.1, "n_entries": 5, "sd": 1},
        {"difference": 0.1, "sd": 1, "discordance": 0.5},
        {"difference": 0.6, "discordance": 0.5},
        {"n_entries": 1, "sd": 1},
        {"n_entries": 5, "sd": float("inf")},
        {"n_entries": 5, "sd": 1e308},
        {"difference": 1e300, "sd": 1},
        {"n_entries": 5, "sd": 1, "alpha": 1e-300},
        {"n_entries": 5, "sd": 1, "metric": "f1"},
        {"n_entries": 5, "sd": 1, "power": 0.4},
        {"n_entries": 5, "sd": 1, "colour": "red"},
    ],
)
def test_half_a_question_is_none(named: dict[str, Any]) -> None:
    """The problem says which part is missing or too much."""
    with pytest.raises(ValidationError):
        PlanSizeAsked.model_validate(named)
