"""Which model a scorer judges by: pinned at launch, or refused where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from runoff_contracts.commands import RepeatRun, ScorerAsked
from runoff_contracts.events.lifecycle import AnswersTaken, JudgeUsed, RunCreated, ScorerUsed
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.model_spec import LlmSpec, ModelSpec
from runoff_contracts.run_config import RunConfig
from runoff_run_manager import decide
from runoff_run_manager.budget import overrun
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Model
from runoff_run_manager.judges import models_asked, n_questions, pinned, places
from runoff_run_manager.scorers import choose
from tests.unit.run_manager import given

RUBRIC = "Is it polite?"
FIELDS = ["id", "text", "metadata.tone"]


def asked(name: str = "judge", **params: Any) -> ScorerAsked:
    return ScorerAsked(name=name, params={"model": "openai/gpt-4o", "rubric": RUBRIC, **params})


def registered(spec: ModelSpec, *, model: str = "openai/mine") -> dict[str, Model | None]:
    added = {"model": model, "number": 2, "digest": given.digest(52), "spec": spec}
    return {
        model: Model.of(
            [
                ModelRegistered(model=model, task=spec.task, registered_at=given.NOW),
                ModelVersionAdded.model_validate({**added, "added_at": given.NOW}),
            ]
        )
    }


def pin(
    *scorers: ScorerAsked,
    models: dict[str, Model | None] | None = None,
    n_contenders: int = 2,
    n_attempts: int = 3,
) -> list[JudgeUsed] | None:
    used = choose("text", scorers)
    return pinned(
        used,
        scorers,
        models or {},
        n_contenders=n_contenders,
        n_attempts=n_attempts,
        fields=FIELDS,
    )


def refused(*scorers: ScorerAsked, **how: Any) -> tuple[str, list[str]]:
    with pytest.raises(Refusal) as raised:
        pin(*scorers, **how)
    told = raised.value.problem
    return told.type.rpartition(":")[2], [each.field for each in told.errors]


def test_a_model_of_an_api_judges_as_it_is() -> None:
    """Nobody has to register it."""
    (judge,) = pin(asked()) or []

    assert (judge.scorer, judge.model, judge.number) == ("judge", "openai/gpt-4o", None)
    assert judge.spec == LlmSpec()


def test_of_a_registered_model_counts_only_how_it_is_asked() -> None:
    """Its prompt and the form of its answers are for contenders."""
    spec = LlmSpec(base_url="http://127.0.0.1:1", temperature=0, prompt="Say {{text}}", system="s")
    (judge,) = pin(asked(model="openai/mine"), models=registered(spec)) or []

    assert (judge.model, judge.number) == ("openai/mine", 2)
    assert judge.spec == LlmSpec(base_url="http://127.0.0.1:1", temperature=0)


def test_a_run_without_such_a_scorer_has_no_judge() -> None:
    """Its event stays as it was before there were any."""
    assert pin(ScorerAsked(name="exact_match")) is None


def test_the_same_judge_has_the_same_digest_and_any_change_another_one() -> None:
    """By it verdicts are taken over: two judges must never share one."""
    changes: list[dict[str, Any]] = [
        {},
        {"rubric": "Is it short?"},
        {"repeats": 2},
        {"highest": 10},
        {"model": "openai/gpt-4o-mini"},
        {"name": "judge_pairwise"},
    ]
    digests = [(pin(asked(**each)) or [])[0].digest for each in changes]
    again = (pin(ScorerAsked(name="numeric"), asked()) or [])[0].digest

    assert len(set(digests)) == len(changes)
    assert again == digests[0]


@pytest.mark.parametrize(
    ("scorer", "problem", "field"),
    [
        (asked(model="openai/gpt@2"), "unknown-model", "model"),
        (asked(model="llm/mine"), "unknown-model", "model"),
        (asked(model="nobody/x"), "unknown-provider", "model"),
        (asked(model="python/m:f"), "no-judge", "model"),
        (asked(model="openai/net"), "task-differs", "model"),
        (asked(rubric="As {{metadata.author}}?"), "model-does-not-suit", "rubric"),
        (asked("judge_pairwise", repeats=10), "too-many-questions", "repeats"),
    ],
)
def test_what_is_wrong_with_a_judge_is_said_of_its_place(
    scorer: ScorerAsked, problem: str, field: str
) -> None:
    """As it was asked for, wherever the run puts its primary scorer."""
    models = registered(LlmSpec(task="detection"), model="openai/net")
    found = refused(ScorerAsked(name="token_f1"), scorer, models=models, n_contenders=6)

    assert found == (problem, [f"scorers.1.params.{field}"])


def test_an_entry_with_all_of_its_verdicts_has_to_fit_a_message() -> None:
    """Of both judges together; with more attempts at each question there is room for fewer."""
    both = (asked(repeats=10), asked("judge_pairwise", repeats=10))

    assert pin(*both)
    assert pin(asked(repeats=10), n_attempts=21)
    assert refused(*both, n_contenders=5) == (
        "too-many-questions",
        ["scorers.1.params.repeats"],
    )
    assert refused(*both, n_contenders=4, n_attempts=21)[0] == "too-many-questions"


def test_a_judge_of_pairs_needs_two_contenders() -> None:
    """It would be paid for nothing."""
    assert refused(asked("judge_pairwise"), n_contenders=1) == (
        "one-contender",
        ["scorers.0.name"],
    )


@pytest.mark.parametrize(
    ("rubric", "said"),
    [
        ("Is it {{author}}?", "{{author}} is no field"),
        ("Is it {{metadata.}}?", "{{metadata.}} is no field"),
        (" \n", "pattern"),
    ],
)
def test_a_rubric_names_fields_that_entries_can_have(rubric: str, said: str) -> None:
    """A typing error is found before anybody is asked."""
    with pytest.raises(Refusal) as raised:
        choose("text", [asked(rubric=rubric)])

    (error,) = raised.value.problem.errors
    assert error.field == "scorers.0.params.rubric"
    assert said in error.message


@pytest.mark.parametrize(
    ("params", "primary"),
    [
        ({}, "judge"),
        ({"highest": 10}, "normalised_match"),
        ({"higher_is_better": False}, "normalised_match"),
    ],
)
def test_a_judge_is_the_primary_where_it_passes_or_fails(
    params: dict[str, Any], primary: str
) -> None:
    """Grades are not tested as pass against fail, and a fault found is no success."""
    assert choose("text", [asked(**params)])[0].name == primary


def test_what_is_asked_of_an_entry_is_counted_for_the_size_of_a_slice() -> None:
    """Two answers three times; three pairs in both orders twice."""
    used = choose("text", [asked(repeats=3), asked("judge_pairwise", repeats=2)])

    assert n_questions(given.created(n_contenders=2, scorers=used)) == 2 * 3 + 2 * 2
    assert n_questions(given.created(n_contenders=3, scorers=used)) == 3 * 3 + 6 * 2


def test_models_and_places_are_those_of_the_scorers_that_a_model_judges_by() -> None:
    """Other scorers may have a parameter of that name too."""
    scorers = [ScorerAsked(name="m:f", params={"model": "x"}), asked(), asked("judge_pairwise")]

    assert models_asked(scorers) == ["openai/gpt-4o"] * 2
    assert places(scorers) == {
        "judge": "scorers.1.params.model",
        "judge_pairwise": "scorers.2.params.model",
    }


def repeated(scorers: list[ScorerAsked] | None) -> RunCreated:
    """A re-score of a completed run whose judge was a registered model."""
    used = choose("text", [asked(model="openai/mine")])
    judges = pinned(
        used,
        None,
        registered(LlmSpec(temperature=0)),
        n_contenders=2,
        n_attempts=3,
        fields=None,
    )
    old = given.run_after(given.started(), given.completed())
    assert old is not None
    created = old.created.model_copy(update={"task": "text", "scorers": used, "judges": judges})
    command = RepeatRun(
        command_id="c9",
        sent_at=given.NOW,
        run_id="00000000-0000-7000-8000-000000000009",
        of=given.RUN_ID,
        what="scores",
        scorers=scorers,
    )
    old = old.__class__(created, status=old.status, plan=old.plan)
    (event,) = decide.repeat_run(command, None, old, n_open=0, now=given.NOW)
    assert isinstance(event, RunCreated)
    return event


def test_scored_anew_without_a_word_on_scorers_the_judge_stays_the_same() -> None:
    """So that its verdicts are taken over though a newer version is registered by now."""
    (judge,) = repeated(None).judges or []

    assert (judge.model, judge.number) == ("openai/mine", 2)


def test_scored_anew_with_scorers_the_judges_are_theirs() -> None:
    """A new judge is pinned, one that is not asked for is gone."""
    (judge,) = repeated([asked(rubric="Is it short?")]).judges or []

    assert judge.model == "openai/gpt-4o"
    assert repeated([ScorerAsked(name="exact_match")]).judges is None


def test_a_judge_of_answers_that_are_taken_over_is_under_the_run_s_budget() -> None:
    """It costs as any model does; old failures end nothing."""
    run = given.created(
        config=RunConfig(max_cost_usd=0.5, max_failed=0),
        scorers=[ScorerUsed(name="judge", version=1, params=asked().params)],
        judges=pin(asked()),
        answers_from=AnswersTaken(run_id=given.RUN_ID, what="all"),
    )

    assert overrun(run, n_processed=1, n_failed=9, cost_usd=0.4) is None
    assert "max_cost_usd" in (overrun(run, n_processed=1, n_failed=9, cost_usd=0.6) or "")
