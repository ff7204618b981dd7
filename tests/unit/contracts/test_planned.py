"""Whether runs and comparisons keep to a plan, in words; and what a plan fills in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from pydantic import ValidationError

from runoff_contracts.comparison_asked import ComparisonAsked, ContenderMeant
from runoff_contracts.events.lifecycle import Contender, DatasetUsed, RunCreated, ScorerUsed
from runoff_contracts.ids import new_run_id
from runoff_contracts.plan import Plan
from runoff_contracts.planned import (
    Launched,
    Sealed,
    bound,
    contradictions,
    deviations,
    options_of,
)
from runoff_contracts.run_config import RunConfig, Selection, StopWhenDecided

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
ONE, TWO = new_run_id(now_s=1), new_run_id(now_s=2)
PLAN_DIGEST = f"sha256:{9:064x}"


def plan(**named: Any) -> Plan:
    fields = {
        "title": "Better?",
        "metric": "accuracy",
        "models": ["onnx/new@2", "onnx/old"],
        "baseline": "onnx/old",
        "margin": 0.02,
        "dataset": {"dataset": "pets", "number": 1, "digest": f"sha256:{1:064x}"},
    }
    return Plan.model_validate(fields | named)


def created(run_id: str = ONE, *models: str, **named: Any) -> RunCreated:
    fields = {
        "run_id": run_id,
        "command_id": "c",
        "task": "classification",
        "dataset": DatasetUsed(dataset="pets", number=1, digest=f"sha256:{1:064x}"),
        "entries": f"sha256:{2:064x}",
        "n_entries": 10,
        "contenders": [
            Contender(position=place, model=name, number=2, digest=f"sha256:{10 + place:064x}")
            for place, name in enumerate(models or ("onnx/old", "onnx/new"))
        ],
        "scorers": [ScorerUsed(name="accuracy", version=1)],
        "config": RunConfig(),
        "priority": "normal",
        "plan": PLAN_DIGEST,
        "created_at": NOW,
    }
    return RunCreated.model_validate(fields | named)


def asked(*contenders: tuple[str, int], **named: Any) -> ComparisonAsked:
    meant = [ContenderMeant(run_id=run, position=place) for run, place in contenders]
    return ComparisonAsked.model_validate({"contenders": meant, "plan": PLAN_DIGEST} | named)


def told(
    what: ComparisonAsked, *runs: RunCreated, of: Plan | None = None, seq: int = 7
) -> list[str]:
    of = of or plan()
    launched = [Launched(each, seq) for each in runs]
    return deviations(Sealed(PLAN_DIGEST, of, 5), bound(of, what, launched), launched)


def test_a_run_as_it_was_planned_contradicts_nothing() -> None:
    """A version's number need not be named, nor the order of models kept."""
    assert contradictions(plan(), created()) == []


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (
            {"dataset": DatasetUsed(dataset="pets", number=2, digest=f"sha256:{3:064x}")},
            "its dataset is pets@2, planned was pets@1",
        ),
        ({"selection": Selection(split="test")}, "it selects other entries than planned"),
        (
            {"config": RunConfig(stop_when_decided=StopWhenDecided())},
            "it stops when decided, which was not planned",
        ),
        (
            {"scorers": [ScorerUsed(name="top_k", version=1)]},
            "it has no scorer accuracy, which decides by the plan",
        ),
    ],
)
def test_what_contradicts_a_plan_is_said(named: dict[str, Any], said: str) -> None:
    """One sentence each, for the problem that refuses the launch."""
    assert contradictions(plan(), created(**named)) == [said]


def test_a_score_that_is_better_the_other_way_round_contradicts() -> None:
    """A plan for 'higher' would call the worse model better."""
    scorers = [ScorerUsed(name="log_loss", version=1)]

    found = contradictions(plan(metric="log_loss"), created(scorers=scorers))

    assert found == ["log_loss is not better where it is higher, as was planned"]


def test_a_rule_to_stop_is_the_same_whether_its_names_are_spelled_out() -> None:
    """The primary metric and a version's number may be left out."""
    planned = plan(stopping={"when_decided": {"seed": 3}})
    rule = StopWhenDecided(seed=3, margin=0.02, baseline="onnx/old@2")

    assert contradictions(planned, created(config=RunConfig(stop_when_decided=rule))) == []
    other = rule.model_copy(update={"seed": 4})
    assert contradictions(planned, created(config=RunConfig(stop_when_decided=other))) == [
        "it stops when decided by another rule than planned"
    ]


def test_a_comparison_takes_from_its_plan_what_it_does_not_say() -> None:
    """So the run's own comparison, and one by hand, are the planned one."""
    found = bound(plan(), asked((ONE, 0), (ONE, 1)), [Launched(created(), 7)])

    assert found.baseline == ContenderMeant(run_id=ONE, position=0)
    assert (found.metrics, found.margin, found.by) == (["accuracy"], 0.02, [])
    assert found.plan == PLAN_DIGEST


def test_a_planned_comparison_has_no_deviations() -> None:
    """Of a run that was launched under the plan, with every option left to it."""
    assert told(asked((ONE, 0), (ONE, 1)), created()) == []
    options = options_of(PLAN_DIGEST, plan(), created())
    assert told(asked((ONE, 0), (ONE, 1), **dict(options)), created()) == []


def test_a_planned_baseline_that_is_not_there_is_a_deviation_and_no_error() -> None:
    """Of the planned family nothing is left then."""
    run = created(ONE, "onnx/new", "onnx/third")

    found = told(asked((ONE, 0), (ONE, 1)), run, of=plan(family="baseline"))

    assert "the baseline is none, planned was onnx/old" in found
    assert "family is all_pairs, planned was baseline" in found


def test_a_margin_that_no_difference_could_pass_contradicts() -> None:
    """Everything would be called equal."""
    assert contradictions(plan(margin=1), created()) == [
        "no difference of accuracy is beyond the margin 1"
    ]


def test_models_may_be_in_two_runs_of_the_plan() -> None:
    """Each was launched after it was sealed; no model is missing among both."""
    runs = created(ONE, "onnx/old"), created(TWO, "onnx/new")

    assert told(asked((ONE, 0), (TWO, 0)), *runs) == []


def test_every_choice_that_differs_is_a_deviation() -> None:
    """The margin that is found afterwards is the one that pleases."""
    what = asked(
        (ONE, 0), (ONE, 1), margin=0.1, metrics=["top_k", "accuracy"], missing="count_as_wrong"
    )

    assert told(what, created()) == [
        "the primary metric is top_k, planned was accuracy",
        "top_k tested besides, which was not planned",
        "margin is 0.1, planned was 0.02",
        "missing is count_as_wrong, planned was paired_only",
    ]


def test_a_run_from_before_the_plan_is_a_deviation() -> None:
    """Who has seen the results does not plan."""
    found = told(asked((ONE, 0), (ONE, 1)), created(), seq=4)

    assert found == [f"run {ONE[:13]} was launched before the plan was sealed"]


def test_a_run_beside_the_plan_is_a_deviation() -> None:
    """Of many runs one could be chosen afterwards."""
    found = told(asked((ONE, 0), (ONE, 1)), created(plan=None))

    assert found == [f"run {ONE[:13]} was not launched under the plan"]


@pytest.mark.parametrize(
    "named",
    [
        {"baseline": "onnx/third"},
        {"family": "baseline", "baseline": None},
        {"stopping": {"n_entries": 5, "when_decided": {}}},
        {"stopping": {"when_decided": {"metric": "f1"}}},
        {"stopping": {"when_decided": {"min_entries": 5, "max_entries": 4}}},
        {"methods": {"f1": {"test": "t"}}},
        {"models": ["onnx/only"]},
        {"alpha": 0},
        {"margin": float("nan")},
        {"colour": "red"},
    ],
)
def test_a_plan_that_contradicts_itself_is_none(named: dict[str, Any]) -> None:
    """It is refused while it can still be mended."""
    with pytest.raises(ValidationError):
        plan(**named)
