"""Given what became of a run, when it is launched, canceled or deleted: what the log is told."""

from __future__ import annotations

import pytest

from runoff_contracts.commands import CreateRun
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import RunCanceled, RunCreated, RunDeleted
from runoff_run_manager import contenders, decide
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Run
from tests.unit.run_manager import given


def launch(command: CreateRun, run: Run | None = None) -> list[Event]:
    return decide.create_run(
        command,
        run,
        version=given.dataset_version(3),
        task="classification",
        entries=decide.Entries(given.digest(7), 4),
        contenders=[
            contenders.contender(name, given.model(1, 2), position=position, task="classification")
            for position, name in enumerate(command.models)
        ],
        now=given.NOW,
    )


def problem_of(refused: pytest.ExceptionInfo[Refusal]) -> tuple[str, int, list[str]]:
    problem = refused.value.problem
    return (
        problem.type.removeprefix("urn:runoff:problem:"),
        problem.status,
        [each.field for each in problem.errors],
    )


def test_a_launch_pins_dataset_models_and_scorers() -> None:
    """Whatever is registered later, the run stays what was asked for."""
    (event,) = launch(given.create_run(alias="first", labels={"lr": "0.1"}))

    assert isinstance(event, RunCreated)
    assert (event.dataset.number, event.entries, event.n_entries) == (3, given.digest(7), 4)
    assert [(each.model, each.number) for each in event.contenders] == [
        ("onnx/net", 2),
        ("python/m:f", None),
    ]
    assert [(each.name, each.version) for each in event.scorers] == [("accuracy", 1)]


def test_the_same_launch_again_finds_the_run_that_it_made() -> None:
    """A reply may be lost; the command that is sent again carries the same id."""
    assert launch(given.create_run(), given.run_after(given.started())) == []


def test_another_launch_under_the_same_id_is_refused() -> None:
    """Run ids come from outside."""
    with pytest.raises(Refusal) as refused:
        launch(given.create_run(command_id="other"), given.run_after())

    assert problem_of(refused) == ("run-exists", 409, ["run_id"])


def test_another_order_under_the_same_key_is_refused() -> None:
    """Of the same command id; what was launched before orders were kept finds its run."""
    (made,) = launch(given.create_run())
    assert isinstance(made, RunCreated)
    with pytest.raises(Refusal) as refused:
        launch(given.create_run(alias="other"), Run.of([made]))

    assert problem_of(refused) == ("idempotency-key-reused", 422, ["idempotency-key"])
    older = made.model_copy(update={"asked": None})
    assert launch(given.create_run(alias="other"), Run.of([older])) == []


def test_a_model_named_twice_is_refused_at_its_second_place() -> None:
    """By content: `net` and `net@2` are the same version here."""
    with pytest.raises(Refusal) as refused:
        launch(given.create_run(models=["onnx/net", "python/m:f", "onnx/net@2"]))

    assert problem_of(refused) == ("duplicate-model", 422, ["models.2"])


def test_two_models_that_are_equal_may_be_compared() -> None:
    """Such as uploads that agree on every entry: that they do is what a comparison says."""
    (event,) = launch(given.create_run(models=["upload/a@2", "upload/b@2"]))

    assert isinstance(event, RunCreated)
    assert len({each.digest for each in event.contenders}) == 1


def test_two_versions_of_one_model_may_be_compared() -> None:
    """That is what a person does after training anew."""
    (event,) = launch(given.create_run(models=["onnx/net@1", "onnx/net@2"]))

    assert isinstance(event, RunCreated)
    assert [each.number for each in event.contenders] == [1, 2]


@pytest.mark.parametrize(
    ("reference", "number"),
    [("digits", 3), ("digits@1", 1), ("digits@2", 2), (f"digits@{given.digest(2)}", 2)],
)
def test_a_dataset_is_meant_by_name_number_or_digest(reference: str, number: int) -> None:
    """A name alone means the newest."""
    assert contenders.version_meant(reference, given.dataset(1, 2, 3)).number == number


@pytest.mark.parametrize("reference", ["digits@4", "digits@x", f"digits@{given.digest(8)}"])
def test_a_version_that_is_not_there_is_refused_and_the_others_named(reference: str) -> None:
    """The hint saves a request."""
    with pytest.raises(Refusal) as refused:
        contenders.version_meant(reference, given.dataset(1, 2))

    assert problem_of(refused) == ("unknown-dataset", 422, ["dataset"])
    assert "1, 2" in refused.value.problem.detail


def test_an_unknown_dataset_is_refused() -> None:
    """Also one whose name alone was taken."""
    for known in (None, given.dataset()):
        with pytest.raises(Refusal) as refused:
            contenders.version_meant("digits", known)

        assert problem_of(refused) == ("unknown-dataset", 422, ["dataset"])


@pytest.mark.parametrize(
    ("reference", "known", "name"),
    [
        ("onnx/net", False, "unknown-model"),
        ("onnx/net@3", True, "unknown-model"),
        ("onnx/net@latest", True, "unknown-model"),
        ("onnx/net@-1", True, "unknown-model"),
        ("net", False, "unknown-provider"),
        ("torch/net", False, "unknown-provider"),
        ("openai", False, "unknown-model"),
        ("openai/", False, "unknown-model"),
        ("openai/gpt-4o@2", False, "unknown-model"),
        ("openai/gpt 4o", False, "unknown-model"),
        ("openai/../secrets", False, "unknown-model"),
        ("openai/gpt//4o", False, "unknown-model"),
        ("llm/mine", False, "unknown-model"),
        ("oip/net", False, "unknown-model"),
        ("upload/net", False, "unknown-model"),
        ("browser/net", False, "unknown-model"),
        ("python/module", False, "unknown-model"),
        ("python/", False, "unknown-model"),
        ("python/m:f@2", False, "unknown-model"),
    ],
)
def test_a_model_that_cannot_be_asked_is_refused_at_its_place(
    reference: str, known: bool, name: str
) -> None:
    """The place says which of sixteen it was."""
    with pytest.raises(Refusal) as refused:
        contenders.contender(
            reference, given.model(1) if known else None, position=5, task="classification"
        )

    assert problem_of(refused) == (name, 422, ["models.5"])
    assert refused.value.problem.errors[0].message


@pytest.mark.parametrize("before", [[], [given.started()]])
def test_a_run_that_has_not_settled_can_be_canceled(before: list[Event]) -> None:
    """Before its first work as well."""
    made = decide.cancel_run(given.cancel_run(), given.run_after(*before), now=given.NOW)

    assert made == [RunCanceled(run_id=given.RUN_ID, reason="enough", canceled_at=given.NOW)]


def test_canceling_a_canceled_run_says_nothing_new() -> None:
    """Two people press the same button."""
    run = given.run_after(given.started(), given.canceled())

    assert decide.cancel_run(given.cancel_run(), run, now=given.LATER) == []


@pytest.mark.parametrize("settlement", [given.completed(), given.failed()])
def test_a_settled_run_cannot_be_canceled(settlement: Event) -> None:
    """The order is refused and the log stays as it was."""
    with pytest.raises(Refusal) as refused:
        decide.cancel_run(
            given.cancel_run(), given.run_after(given.started(), settlement), now=given.NOW
        )

    assert problem_of(refused) == ("run-settled", 409, [])


@pytest.mark.parametrize("settlement", [given.completed(), given.failed(), given.canceled()])
def test_a_settled_run_can_be_deleted(settlement: Event) -> None:
    """Whatever its end was."""
    run = given.run_after(given.started(), settlement)

    made = decide.delete_run(given.delete_run(), run, now=given.NOW)

    assert made == [RunDeleted(run_id=given.RUN_ID, deleted_at=given.NOW)]


def test_deleting_a_deleted_run_says_nothing_new() -> None:
    """A reply may be lost: the order was carried out."""
    run = given.run_after(given.started(), given.completed(), given.deleted())

    assert decide.delete_run(given.delete_run(), run, now=given.LATER) == []


@pytest.mark.parametrize("before", [[], [given.started()]])
def test_a_run_under_way_cannot_be_deleted(before: list[Event]) -> None:
    """Its workers would answer into the void."""
    with pytest.raises(Refusal) as refused:
        decide.delete_run(given.delete_run(), given.run_after(*before), now=given.NOW)

    assert problem_of(refused) == ("run-active", 409, [])


def test_a_run_that_waits_for_its_time_can_be_deleted() -> None:
    """It has done nothing yet, so it is canceled along with it."""
    waiting = Run.of([given.created(start_at=given.LATER)])

    made = decide.delete_run(given.delete_run(), waiting, now=given.NOW)

    assert [each.type for each in made] == ["run.canceled", "run.deleted"]
    with pytest.raises(Refusal):
        decide.delete_run(given.delete_run(), waiting, now=given.LATER)


def test_an_unknown_run_can_be_neither_canceled_nor_deleted() -> None:
    """A deleted one is unknown to whoever would cancel it."""
    gone = given.run_after(given.started(), given.completed(), given.deleted())
    for run in (None, gone):
        with pytest.raises(Refusal) as refused:
            decide.cancel_run(given.cancel_run(), run, now=given.NOW)
        assert problem_of(refused) == ("unknown-run", 404, [])
    with pytest.raises(Refusal) as refused:
        decide.delete_run(given.delete_run(), None, now=given.NOW)
    assert problem_of(refused) == ("unknown-run", 404, [])
