"""Given a run's parameters, what an edit, a template or a reset makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from runoff_contracts.commands import EditRun
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import RunCreated, RunEdited
from runoff_contracts.ids import new_run_id
from runoff_contracts.params import MAX_PARAMS
from runoff_contracts.problem import Problem
from runoff_contracts.provenance import params_now
from runoff_run_manager import decide, editing
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Run
from tests.unit.run_manager import given

OTHER = new_run_id(now_s=1)
LAUNCHED = {"lr": 0.1, "augment": True, "note": "first"}


def edit(run: Run | None, *, source: Run | None = None, **named: Any) -> list[Event]:
    command = EditRun(command_id="e", sent_at=given.NOW, run_id=given.RUN_ID, **named)
    return editing.edit_run(command, run, now=given.NOW, template=source)


def edited(run: Run, **named: Any) -> RunEdited:
    (event,) = edit(run, **named)
    assert isinstance(event, RunEdited)
    return event


def after(run: Run, **named: Any) -> Run:
    return run.after(edited(run, **named))


def refused(run: Run, **named: Any) -> Problem:
    with pytest.raises(Refusal) as caught:
        edit(run, **named)
    return caught.value.problem


@pytest.fixture
def run() -> Run:
    return given.run_created(params=LAUNCHED)


def test_set_and_unset_leave_the_others(run: Run) -> None:
    """Two people who change different parameters need not know of each other."""
    event = edited(run, set_params={"lr": 0.2, "seed": 7}, unset_params=["note"], by="a person")

    assert event.params == {"lr": 0.2, "augment": True, "seed": 7}
    assert (event.by, event.params_from) == ("a person", None)
    assert run.after(event).params_version == 2


def test_the_same_parameters_say_nothing_new_but_another_type_does(run: Run) -> None:
    """`true` equals 1 in Python, and is another parameter's value all the same."""
    assert edit(run, params=LAUNCHED) == edit(run, set_params={"lr": 0.1}) == []
    assert edit(run, unset_params=["never there"]) == []
    assert edited(run, set_params={"augment": 1}).params == {**LAUNCHED, "augment": 1}


def test_an_edit_of_words_leaves_parameters_and_their_version(run: Run) -> None:
    """Whoever renames a run is no rival of whoever edits its parameters."""
    event = edited(run, alias="best")

    assert event.params is None
    assert run.after(event).params == params_now([run.created, event]) == LAUNCHED
    assert run.after(event).params_version == 1


def test_parameters_are_taken_over_from_another_run_as_it_is_now(run: Run) -> None:
    """With others on top; the event says where they came from."""
    template = after(given.run_created(params={"a": 1}), set_params={"b": 2})
    event = edited(run, source=template, template=OTHER, set_params={"c": 3})

    assert (event.params, event.params_from) == ({"a": 1, "b": 2, "c": 3}, OTHER)


def test_a_reset_puts_back_what_was_there_at_launch(run: Run) -> None:
    """However often they were changed since; that is a change like any other."""
    changed = after(after(run, set_params={"lr": 9}), params={})
    event = edited(changed, reset_params=True)

    assert event.params == params_now([run.created, edited(run, params={}), event]) == LAUNCHED
    assert event.params_from == run.run_id
    assert changed.after(event).params_version == 4


def test_an_edit_of_an_outdated_version_is_refused_and_shows_both(run: Run) -> None:
    """Nobody's work is overwritten unseen."""
    changed = after(run, set_params={"lr": 0.2}, unset_params=["note"], by="first")
    problem = refused(changed, params={**LAUNCHED, "lr": 0.3}, params_version=1)

    assert (problem.status, problem.type) == (412, "urn:runoff:problem:params-changed")
    assert {each.field: each.message for each in problem.errors} == {
        "params.lr": "now 0.2, asked for 0.3",
        "params.note": 'now not there, asked for "first"',
    }
    assert "by first" in problem.detail
    assert edited(changed, params={"x": 1}, params_version=2).params == {"x": 1}


def test_an_edit_that_was_carried_out_is_no_conflict_with_itself(run: Run) -> None:
    """Its reply may be lost, and it comes again with the version of before."""
    changed = after(run, set_params={"lr": 0.2}, params_version=1)

    assert edit(changed, set_params={"lr": 0.2}, params_version=1) == []


@pytest.mark.parametrize(
    ("named", "field"),
    [
        ({"params": {}, "reset_params": True}, "reset_params"),
        ({"template": given.RUN_ID}, "template"),
        ({"template": OTHER}, "template"),
        ({"set_params": {str(each): 1 for each in range(MAX_PARAMS - 2)}}, "set_params"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Run, named: dict[str, Any], field: str) -> None:
    """By the field that is wrong: two sources, no source, or too much together."""
    problem = refused(run, **named)

    assert problem.status == 422
    assert [each.field for each in problem.errors] == [field]


def test_a_launch_takes_over_a_templates_parameters(run: Run) -> None:
    """And what it names itself wins."""
    template = after(run, set_params={"lr": 0.5})
    command = given.create_run(template=OTHER, params={"note": "mine"})

    assert editing.launch_params(command, template) == {**LAUNCHED, "lr": 0.5, "note": "mine"}
    with pytest.raises(Refusal, match="no such run"):
        editing.launch_params(command, None)


def test_a_repeated_run_has_the_parameters_that_the_old_one_has_now(run: Run) -> None:
    """As its alias and labels: what was put right since counts."""
    old = after(run, set_params={"lr": 0.2}).after(given.completed())
    command = given.repeat_run(what="scores")

    (event,) = decide.repeat_run(command, None, old, n_open=0, now=given.LATER)
    assert isinstance(event, RunCreated)
    assert event.params == {**LAUNCHED, "lr": 0.2}


def test_a_run_is_archived_and_restored_with_everything_else_as_it_was(run: Run) -> None:
    """Settled or not; what is so already says nothing new."""
    archived = after(run, archived=True, by="a person")

    assert (archived.archived, archived.params, archived.params_version) == (True, LAUNCHED, 1)
    assert edit(archived, archived=True) == []
    assert edit(run, archived=False) == []
    assert after(archived, set_params={"lr": 0.2}).archived
    assert not after(archived, archived=False).archived
