"""Given what is registered, when something is registered again: what the log is told."""

from __future__ import annotations

import pytest

from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_run_manager import decide
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Dataset, Model
from tests.unit.run_manager import given


def test_the_first_version_of_a_dataset_also_takes_its_name() -> None:
    """Both events stand on one subject, so a reader never sees a version without a dataset."""
    made = decide.register_dataset(given.register_dataset(splits={"test": 4}), None, now=given.NOW)

    assert [type(each) for each in made] == [DatasetRegistered, DatasetVersionAdded]
    after = Dataset.of(made)
    assert after is not None
    assert after.versions[1].splits == {"test": 4}


def test_other_content_is_the_next_version() -> None:
    """Numbers go on behind the highest, whatever order the events are held in."""
    made = decide.register_dataset(
        given.register_dataset(entries=given.digest(9)), given.dataset(1, 2), now=given.NOW
    )

    assert [(type(each), getattr(each, "number", None)) for each in made] == [
        (DatasetVersionAdded, 3)
    ]


@pytest.mark.parametrize("number", [1, 2])
def test_the_same_content_again_says_nothing_new(number: int) -> None:
    """An old version sent again is that version, not a newer copy."""
    command = given.register_dataset(entries=given.digest(number), command_id="other")

    assert decide.register_dataset(command, given.dataset(1, 2), now=given.LATER) == []


def test_a_dataset_of_another_task_is_refused() -> None:
    """Today there is one task, so the clash is made by hand; the field is named all the same."""
    known = given.dataset(1)
    assert known is not None
    other = Dataset(known.registered.model_copy(update={"task": "detection"}), known.versions)

    with pytest.raises(Refusal) as refused:
        decide.register_dataset(given.register_dataset(), other, now=given.NOW)

    problem = refused.value.problem
    assert (problem.type, problem.status) == ("urn:runoff:problem:task-differs", 409)
    assert [each.field for each in problem.errors] == ["task"]


def test_the_first_version_of_a_model_also_takes_its_name() -> None:
    """The digest is of declaration and file together: the same file may be declared anew."""
    made = decide.register_model(given.register_model(), None, now=given.NOW)

    assert [type(each) for each in made] == [ModelRegistered, ModelVersionAdded]


def test_the_same_file_and_declaration_again_say_nothing_new() -> None:
    """Registering is safe to repeat."""
    known = Model.of(decide.register_model(given.register_model(), None, now=given.NOW))

    made = decide.register_model(given.register_model(command_id="other"), known, now=given.LATER)

    assert made == []


def test_the_same_file_with_another_declaration_is_the_next_version() -> None:
    """Other labels make another model of the same weights."""
    known = Model.of(decide.register_model(given.register_model(), None, now=given.NOW))
    spec = given.SPEC.model_copy(update={"labels": ["a", "b"]})

    made = decide.register_model(given.register_model(spec=spec), known, now=given.LATER)

    assert [getattr(each, "number", None) for each in made] == [2]


@pytest.mark.parametrize(
    "name",
    [
        "python/m:f",
        "onnx/",
        "onnx/net@2",
        "net",
        "onnx/a b",
        "onnx/../net",
        "onnx/a/b",
        "onnx/net\n",
        "onnx/" + "n" * 101,
    ],
)
def test_a_model_that_cannot_be_registered_is_refused_by_its_field(name: str) -> None:
    """The name becomes a subject, a path in pages and a word in commands."""
    with pytest.raises(Refusal) as refused:
        decide.register_model(given.register_model(model=name), None, now=given.NOW)

    problem = refused.value.problem
    assert (problem.type, problem.status) == ("urn:runoff:problem:bad-model-name", 422)
    assert [each.field for each in problem.errors] == ["model"]
