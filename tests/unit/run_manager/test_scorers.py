"""Which scorers a run gets: by default, by name, and what is refused."""

from __future__ import annotations

import pytest

from runoff_contracts.commands import ScorerAsked
from runoff_contracts.scorers import DEFAULT_SCORERS, KNOWN_SCORERS
from runoff_contracts.task import TASKS, Task
from runoff_run_manager.errors import Refusal
from runoff_run_manager.scorers import choose


def names(task: Task, *asked: ScorerAsked) -> list[str]:
    return [each.name for each in choose(task, asked)]


@pytest.mark.parametrize("task", TASKS)
def test_each_task_has_scorers_of_its_own_and_the_first_passes_or_fails(task: Task) -> None:
    """Comparisons test pass against fail, whatever the task."""
    used = choose(task, None)

    assert tuple(each.name for each in used) == DEFAULT_SCORERS[task]
    assert KNOWN_SCORERS[used[0].name].is_pass_fail


def test_every_parameter_is_pinned_given_or_not() -> None:
    """A default that changes later must not change what this run meant."""
    within = choose("coordinates", None)[0]
    top = choose("classification", [ScorerAsked(name="top_k")])[-1]

    assert (within.params, top.params) == ({"px": 10.0}, {"k": 5})
    (chosen,) = choose("coordinates", [ScorerAsked(name="within", params={"px": 3})])
    assert chosen.params == {"px": 3.0}


def test_where_nothing_asked_for_passes_or_fails_the_task_s_own_is_put_in_front() -> None:
    """There is no verdict without it."""
    asked = [ScorerAsked(name="brier"), ScorerAsked(name="log_loss")]

    assert names("classification", *asked) == ["accuracy", "brier", "log_loss"]


def test_the_first_that_passes_or_fails_is_the_primary() -> None:
    """Nothing is added where one was asked for."""
    asked = [ScorerAsked(name="token_f1"), ScorerAsked(name="exact_match")]

    assert names("text", *asked) == ["exact_match", "token_f1"]


@pytest.mark.parametrize(
    ("asked", "problem", "field"),
    [
        ({"name": "beauty"}, "unknown-scorer", "scorers.1.name"),
        ({"name": "found_all"}, "unknown-scorer", "scorers.1.name"),
        ({"name": "top_k", "version": 99}, "unknown-scorer", "scorers.1.version"),
        ({"name": "accuracy"}, "duplicate-scorer", "scorers.1.name"),
        ({"name": "top_k", "params": {"k": 11}}, "bad-scorer-params", "scorers.1.params.k"),
        ({"name": "top_k", "params": {"n": 1}}, "bad-scorer-params", "scorers.1.params.n"),
        ({"name": "brier", "params": {"x": 1}}, "bad-scorer-params", "scorers.1.params.x"),
    ],
)
def test_a_scorer_that_cannot_be_is_refused_by_its_field(
    asked: dict[str, object], problem: str, field: str
) -> None:
    """Unknown, of another task or version, twice, or with parameters that it does not take."""
    with pytest.raises(Refusal) as refused:
        choose("classification", [ScorerAsked(name="accuracy"), ScorerAsked.model_validate(asked)])

    told = refused.value.problem
    assert (told.type.rpartition(":")[2], told.status) == (problem, 422)
    assert [each.field for each in told.errors] == [field]


def test_a_function_of_one_s_own_scores_any_task_behind_a_primary() -> None:
    """Nobody knows whether it passes or fails, so it is not the primary."""
    asked = ScorerAsked(name="mine.scores:polite", params={"higher_is_better": False})

    (primary, own) = choose("text", [asked])

    assert primary.name == "normalised_match"
    assert (own.name, own.params) == (
        "mine.scores:polite",
        {"higher_is_better": False, "arguments": {}},
    )
