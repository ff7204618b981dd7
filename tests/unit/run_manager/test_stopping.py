"""Runs that stop when they are decided, and runs under a plan: what is refused, what goes on."""

from __future__ import annotations

from typing import Any

import pytest

from runoff_contracts.commands import DecideRun, RepeatRun, SealPlan
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import RunCompleted, RunCreated, RunDecided, ScorerUsed
from runoff_contracts.events.plan import PlanSealed
from runoff_contracts.ids import new_run_id
from runoff_contracts.plan import Plan, PlanAsked
from runoff_contracts.run_config import RunConfig, Selection, StopWhenDecided
from runoff_run_manager import decide, plans, stopping
from runoff_run_manager.active import ActiveRun
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Run
from tests.unit.run_manager import given
from tests.unit.run_manager.test_active import hand_out, note

STOPPING = RunConfig(stop_when_decided=StopWhenDecided(margin=0.02))
DECIDE = DecideRun(command_id="d", sent_at=given.NOW, run_id=given.RUN_ID, watched=given.watched())


def decide_run(run: Run | None) -> list[Event]:
    return decide.decide_run(DECIDE, run, now=given.NOW)


def stopping_run(*events: Event, **named: Any) -> Run:
    run = Run.of([given.created(config=STOPPING, **named), *events])
    assert run is not None
    return run


def repeat(old: Run, **fields: Any) -> RunCreated:
    command = RepeatRun.model_validate(
        {
            "command_id": "again",
            "sent_at": given.NOW,
            "run_id": new_run_id(now_s=1),
            "of": given.RUN_ID,
            "what": "failed",
        }
        | fields
    )
    (event,) = decide.repeat_run(command, None, old, n_open=1, now=given.LATER)
    assert isinstance(event, RunCreated)
    return event


def seal_plan(**named: Any) -> SealPlan:
    asked = {"title": "Better?", "metric": "accuracy", "dataset": "digits"} | named
    return SealPlan(command_id="s", sent_at=given.NOW, plan=PlanAsked.model_validate(asked))


def plan(**named: Any) -> Plan:
    return plans.pinned(seal_plan(**named), given.dataset_version(1))


def named_problem(refused: pytest.ExceptionInfo[Refusal]) -> tuple[str, str]:
    problem = refused.value.problem
    return problem.type.rpartition(":")[2], problem.errors[0].field if problem.errors else ""


def test_a_run_that_is_to_stop_is_decided_once() -> None:
    """Scoring may say it again when the answer was lost."""
    run = stopping_run(given.started())

    assert decide_run(run) == [given.decided()]
    assert decide_run(run.after(given.decided())) == []


@pytest.mark.parametrize("end", [given.completed(), given.failed(), given.canceled()])
def test_a_run_that_is_over_is_not_decided(end: Event) -> None:
    """The order comes late; there is nothing more to stop."""
    assert decide_run(stopping_run(given.started(), end)) == []
    assert decide_run(None) == []


def test_a_run_that_asks_every_entry_is_not_ended_before() -> None:
    """Nobody asked for it, and an unshuffled beginning decides nothing."""
    with pytest.raises(Refusal):
        decide_run(given.run_after(given.started()))


def decided(run: ActiveRun) -> None:
    run.advanced(run.run.after(given.decided(8, run.run.created.n_entries)), run.seq + 1)


def test_what_is_out_when_a_run_is_decided_ends_and_nothing_else_begins() -> None:
    """Calls that are paid for are used; the entries that count have no gap."""
    run = given.active_run(80, slice_size=8, stop_when_decided=StopWhenDecided())
    hand_out(run, 3)
    note(run, 0)
    run.note_scored(0, n=8)

    decided(run)

    assert run.n_entries == 24
    assert run.upcoming() is None
    assert run.better_size() is None
    assert not run.all_scored
    for number in (1, 2):
        note(run, number)
        run.note_scored(number, n=8)
    assert run.all_scored


def test_what_was_out_and_got_lost_is_asked_again_after_a_decision() -> None:
    """The queue is in memory; a gap would make the answers behind it worthless."""
    run = given.active_run(80, slice_size=8, stop_when_decided=StopWhenDecided())
    hand_out(run, 3)
    note(run, 0)
    note(run, 2)
    decided(run)

    run.note_lost([1])

    assert hand_out(run, 1) == [1]
    assert run.upcoming() is None


def test_a_slice_that_was_out_unknown_to_this_process_counts_when_it_comes() -> None:
    """The queue was lost before a restart: a worker still held the slice."""
    run = given.active_run(80, slice_size=8, stop_when_decided=StopWhenDecided())
    note(run, 0)
    decided(run)
    assert run.n_entries == 8

    note(run, 2)

    assert run.n_entries == 24
    assert hand_out(run, 1) == [1]


def test_a_decision_is_never_on_fewer_entries_than_it_was_made_on() -> None:
    """Whatever this process knows of the queue by then."""
    run = given.active_run(80, slice_size=8, stop_when_decided=StopWhenDecided())

    decided(run)

    assert run.n_entries == 8
    assert not run.all_scored


def test_few_slices_of_a_run_that_may_end_are_out() -> None:
    """Whatever is out at that moment is asked for nothing."""
    run = given.active_run(1000, slice_size=10, concurrency=1, stop_when_decided=StopWhenDecided())
    note(run, 0)

    assert run.window(share=16, n_workers=2) == 4


def test_a_decided_run_is_about_the_entries_that_it_asked() -> None:
    """The tail was never asked: no reader is to wait for it or count it as failed."""
    end = RunCompleted(
        run_id=given.RUN_ID, n_entries=8, n_failed=1, n_planned=10, completed_at=given.NOW
    )
    old = stopping_run(given.started(), given.decided(), end)

    again = repeat(old)

    assert (old.n_entries, again.n_entries) == (8, 8)
    assert again.config.stop_when_decided is None
    assert again.stopped is not None
    assert (again.stopped.run_id, again.stopped.n_planned) == (given.RUN_ID, 10)


def test_a_canceled_run_that_is_asked_on_may_still_stop() -> None:
    """Its entries are in the shuffled order."""
    again = repeat(stopping_run(given.started(), given.canceled()))

    assert again.config.stop_when_decided == STOPPING.stop_when_decided


def test_a_repeated_run_takes_no_rule_of_its_own() -> None:
    """Its entries would not be in the order that the rule asks for."""
    with pytest.raises(Refusal) as refused:
        repeat(given.run_after(given.canceled()), config=STOPPING)

    assert named_problem(refused) == ("stop-not-repeated", "config.stop_when_decided")


@pytest.mark.parametrize(
    ("rule", "n_contenders", "expected"),
    [
        ({}, 1, ("nothing-to-decide", "config.stop_when_decided")),
        ({}, 6, ("baseline-missing", "config.stop_when_decided.baseline")),
        ({"metric": "log_loss"}, 2, ("metric-not-watched", "config.stop_when_decided.metric")),
        ({"metric": "f1"}, 2, ("metric-not-watched", "config.stop_when_decided.metric")),
        ({"baseline": "onnx/other"}, 2, ("unknown-model", "config.stop_when_decided.baseline")),
    ],
)
def test_a_rule_that_cannot_decide_is_refused(
    rule: dict[str, Any], n_contenders: int, expected: tuple[str, str]
) -> None:
    """Before a model is asked; the field says what is wrong."""
    scorers = [ScorerUsed(name="accuracy", version=1), ScorerUsed(name="log_loss", version=1)]
    created = given.created(
        n_contenders=n_contenders,
        scorers=scorers,
        config=RunConfig(stop_when_decided=StopWhenDecided.model_validate(rule)),
    )
    with pytest.raises(Refusal) as refused:
        stopping.check_rule(created)

    assert named_problem(refused) == expected


def test_the_same_plan_is_sealed_once() -> None:
    """Its digest is of its content: when it was sealed makes no other plan of it."""
    found = plan()
    digest = digest_of(canonical(found))
    (event,) = plans.seal(digest, found, [], now=given.NOW)

    assert isinstance(event, PlanSealed)
    assert plans.seal(digest, plan(), [event], now=given.LATER) == []
    assert found.dataset.number == 1


def test_a_digest_with_another_content_is_refused() -> None:
    """A damaged log is said, not built on."""
    sealed = PlanSealed(digest=given.digest(1), plan=plan(), sealed_at=given.NOW)
    with pytest.raises(Refusal) as refused:
        plans.seal(given.digest(1), plan(title="Other"), [sealed], now=given.NOW)

    assert named_problem(refused)[0] == "plan-differs"


def test_a_launch_takes_from_its_plan_what_it_does_not_say() -> None:
    """A plan would be typed twice otherwise, and once wrong."""
    rule = {"when_decided": {"min_entries": 20}}
    planned = plan(selection={"split": "test"}, margin=0.05, stopping=rule)

    command = stopping.with_plan(given.create_run(), planned)

    assert command.selection == Selection(split="test")
    assert command.config.stop_when_decided == StopWhenDecided(
        metric="accuracy", margin=0.05, min_entries=20
    )


def test_a_launch_that_contradicts_its_plan_is_refused_with_all_that_differs() -> None:
    """One by one would take as many tries."""
    planned = plan(models=["onnx/net-0", "onnx/old"], stopping={"n_entries": 500})
    with pytest.raises(Refusal) as refused:
        stopping.check_plan(planned, given.created())

    assert named_problem(refused) == ("plan-contradicted", "plan")
    title = refused.value.problem.title
    assert "the planned model onnx/old is not there" in title
    assert "model onnx/net-1@1 was not planned" in title
    assert "it asks 10 entries, planned were 500" in title


def test_a_launch_that_keeps_to_its_plan_is_taken() -> None:
    """With or without the version's number, in whatever order."""
    planned = plan(models=["onnx/net-1@1", "onnx/net-0"], stopping={"n_entries": 10})

    stopping.check_plan(planned, given.created())


def test_deciding_is_in_the_log() -> None:
    """What is read back is what run-manager goes on from after a crash."""
    run = stopping_run(given.started(), given.decided())

    assert run.decided == given.watched()
    assert isinstance(given.decided(), RunDecided)
