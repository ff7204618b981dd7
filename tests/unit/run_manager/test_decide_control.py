"""Given what became of a run, when it is paused, resumed, edited or repeated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runoff_contracts.commands import (
    EditRun,
    FailRun,
    PauseRun,
    RepeatRun,
    ResumeRun,
    ScorerAsked,
)
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import (
    AnswersTaken,
    RunCreated,
    RunEdited,
    RunFailed,
)
from runoff_contracts.ids import new_run_id
from runoff_contracts.run_config import RunConfig
from runoff_run_manager import decide, editing
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Run
from tests.unit.run_manager import given

SETTLED = [given.completed(), given.failed(), given.canceled()]
PAUSED, RESUMED = given.paused(), given.resumed()
FAIL = FailRun(
    command_id="f", sent_at=given.NOW, run_id=given.RUN_ID, reason="slice 3 cannot be read"
)
NEW_ID = new_run_id(now_s=1)


def pause(run: Run | None) -> list[Event]:
    command = PauseRun(command_id="p", sent_at=given.NOW, run_id=given.RUN_ID)
    return decide.pause_run(command, run, now=given.NOW)


def resume(run: Run | None) -> list[Event]:
    command = ResumeRun(command_id="r", sent_at=given.NOW, run_id=given.RUN_ID)
    return decide.resume_run(command, run, now=given.NOW)


def edit(run: Run | None, **words: Any) -> list[Event]:  # as EditRun takes them
    command = EditRun(command_id="e", sent_at=given.NOW, run_id=given.RUN_ID, **words)
    return editing.edit_run(command, run, now=given.NOW)


def repeat(
    old: Run | None,
    run: Run | None = None,
    *,
    n_open: int = 3,
    **fields: Any,  # as RepeatRun takes them
) -> list[Event]:
    command = RepeatRun.model_validate(
        {
            "command_id": "again",
            "sent_at": given.NOW,
            "run_id": NEW_ID,
            "of": given.RUN_ID,
            "what": "failed",
        }
        | fields
    )
    return decide.repeat_run(command, run, old, n_open=n_open, now=given.LATER)


def name_of(refused: pytest.ExceptionInfo[Refusal]) -> tuple[str, int]:
    problem = refused.value.problem
    return problem.type.rpartition(":")[2], problem.status


@pytest.mark.parametrize("before", [[], [given.started()]])
def test_a_run_that_has_not_settled_can_be_paused(before: list[Event]) -> None:
    """Before its first work as well: then it does not start."""
    assert pause(given.run_after(*before)) == [PAUSED]


def test_pausing_a_paused_run_says_nothing_new() -> None:
    """Two people press the same button."""
    assert pause(given.run_after(given.started(), PAUSED)) == []


@pytest.mark.parametrize("settlement", SETTLED)
def test_a_settled_run_can_be_neither_paused_nor_resumed(settlement: Event) -> None:
    """There is nothing left to halt."""
    run = given.run_after(given.started(), settlement)
    with pytest.raises(Refusal) as refused:
        pause(run)
    assert name_of(refused) == ("run-settled", 409)
    with pytest.raises(Refusal) as refused:
        resume(run)
    assert name_of(refused) == ("run-not-paused", 409)


@pytest.mark.parametrize("before", [[], [given.started()], [PAUSED, RESUMED]])
def test_only_a_paused_run_can_be_resumed(before: list[Event]) -> None:
    """Whoever resumes what runs has another run in mind."""
    with pytest.raises(Refusal) as refused:
        resume(given.run_after(*before))

    assert name_of(refused) == ("run-not-paused", 409)


def test_a_paused_run_goes_on_as_what_it_was() -> None:
    """Pending where it had not started, running where it had."""
    assert resume(given.run_after(PAUSED)) == [RESUMED]
    assert given.run_after(PAUSED, RESUMED).status == "pending"
    assert given.run_after(given.started(), PAUSED).status == "paused"
    assert given.run_after(given.started(), PAUSED, RESUMED).status == "running"


@pytest.mark.parametrize("run", [None, *(given.run_after(each) for each in SETTLED)])
def test_a_run_that_is_over_does_not_fail_besides(run: Run | None) -> None:
    """Whoever finds that it cannot be scored may find it late, or twice."""
    assert decide.fail_run(FAIL, run, now=given.NOW) == []


@pytest.mark.parametrize("run", [given.run_after(), given.run_after(PAUSED)])
def test_a_run_that_cannot_be_scored_fails_with_the_reason(run: Run | None) -> None:
    """Paused or not."""
    (made,) = decide.fail_run(FAIL, run, now=given.NOW)

    assert isinstance(made, RunFailed)
    assert made.reason == "slice 3 cannot be read"


def test_a_paused_run_can_be_canceled() -> None:
    """It need not go on first."""
    made = decide.cancel_run(given.cancel_run(), given.run_after(PAUSED), now=given.NOW)

    assert [each.type for each in made] == ["run.canceled"]


@pytest.mark.parametrize("before", [[], [given.started()], [given.started(), given.completed()]])
def test_a_run_may_be_given_other_words_at_any_time(before: list[Event]) -> None:
    """Its answers are not touched, so it need not be under way."""
    (event,) = edit(given.run_after(*before), alias="best", labels={"lr": "0.1"})

    assert isinstance(event, RunEdited)
    after = given.run_after(*before, event)
    assert (after.alias, after.labels) == ("best", {"lr": "0.1"})
    assert after.status == given.run_after(*before).status


def test_words_that_are_not_given_stay_and_an_empty_alias_goes() -> None:
    """An event has both as they are from then on."""
    named = given.run_after(*edit(given.run_after(), alias="best", labels={"lr": "0.1"}))

    (event,) = edit(named, alias="")

    assert isinstance(event, RunEdited)
    assert (event.alias, event.labels) == (None, {"lr": "0.1"})
    assert edit(named) == edit(named, alias="best", labels={"lr": "0.1"}) == []


def test_parameters_are_edited_whole_and_kept_where_they_are_not_named() -> None:
    """True is not 1: a filter tells them apart."""
    launched = replace(given.run_after(), params={"warm": True, "lr": 0.1})
    (changed,) = edit(launched, params={"warm": 1, "lr": 0.1})
    (renamed,) = edit(launched, alias="best")

    assert isinstance(changed, RunEdited)
    assert isinstance(renamed, RunEdited)
    assert (changed.params, renamed.params) == ({"warm": 1, "lr": 0.1}, None)
    assert launched.after(changed).params == {"warm": 1, "lr": 0.1}
    assert launched.after(renamed).params == launched.params
    assert edit(launched, params={"warm": True, "lr": 0.1}) == []


def test_an_unknown_or_deleted_run_can_be_neither_paused_resumed_edited_nor_repeated() -> None:
    """What is gone from every view is gone for commands."""
    gone = given.run_after(given.started(), given.completed(), given.deleted())
    for run in (None, gone):
        for order in (pause, resume, edit, repeat):
            with pytest.raises(Refusal) as refused:
                order(run)
            assert name_of(refused) == ("unknown-run", 404)


@pytest.mark.parametrize("settlement", SETTLED)
@pytest.mark.parametrize(("what", "taken"), [("failed", "answered"), ("scores", "all")])
def test_a_repeated_run_is_the_old_one_with_its_answers(
    settlement: Event, what: str, taken: str
) -> None:
    """Same entries and very same model versions, or its answers would be another's."""
    old = given.run_after(given.started(), settlement)

    (event,) = repeat(old, what=what)

    assert isinstance(event, RunCreated)
    assert (event.run_id, event.command_id, event.created_at) == (NEW_ID, "again", given.LATER)
    assert event.answers_from == AnswersTaken.model_validate(
        {"run_id": given.RUN_ID, "what": taken}
    )
    same = {"task", "dataset", "selection", "entries", "n_entries", "contenders", "priority"}
    same |= {"config", "scorers"}
    assert event.model_dump(include=same) == old.created.model_dump(include=same)


def test_a_repeated_run_has_the_words_that_the_old_one_was_given_last() -> None:
    """Not those of its launch."""
    old = given.run_after(given.started(), given.completed())
    edited = old.after(*edit(old, alias="best"))

    (event,) = repeat(edited)

    assert isinstance(event, RunCreated)
    assert event.alias == "best"


def test_scorers_and_config_may_be_others() -> None:
    """That is what a person scores anew, or asks anew, for."""
    old = given.run_after(given.started(), given.completed())

    (event,) = repeat(
        old, scorers=[ScorerAsked(name="brier")], config=RunConfig(timeout_s=5), what="scores"
    )

    assert isinstance(event, RunCreated)
    assert [each.name for each in event.scorers] == ["accuracy", "brier"]
    assert event.config.timeout_s == 5


def test_scorers_of_another_task_are_refused_in_a_repeated_run() -> None:
    """As at a launch."""
    old = given.run_after(given.started(), given.completed())
    with pytest.raises(Refusal) as refused:
        repeat(old, scorers=[ScorerAsked(name="token_f1")])

    assert name_of(refused) == ("unknown-scorer", 422)


@pytest.mark.parametrize("before", [[], [given.started()], [given.started(), PAUSED]])
def test_a_run_under_way_cannot_be_repeated(before: list[Event]) -> None:
    """Its answers are not all there."""
    with pytest.raises(Refusal) as refused:
        repeat(given.run_after(*before))

    assert name_of(refused) == ("run-active", 409)


def test_where_nothing_failed_nothing_is_asked_anew_but_all_may_be_scored_anew() -> None:
    """A copy of a run would be taken for a second measurement."""
    old = given.run_after(given.started(), given.completed())
    with pytest.raises(Refusal) as refused:
        repeat(old, n_open=0)

    assert name_of(refused) == ("nothing-failed", 409)
    assert len(repeat(old, n_open=0, what="scores")) == 1


def test_the_same_repetition_again_finds_the_run_that_it_made() -> None:
    """A reply may be lost; another command under the id of the run is refused."""
    old = given.run_after(given.started(), given.completed())
    made = Run.of(repeat(old))

    assert repeat(old, made) == []
    with pytest.raises(Refusal) as refused:
        repeat(old, made, command_id="other")
    assert name_of(refused) == ("run-exists", 409)
