"""Given what is registered, when something is registered again: what the log is told."""

from __future__ import annotations

import pytest

from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.specs.declaration import Declaration
from runoff_run_manager import decide_registry
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Dataset, Model
from tests.unit.run_manager import given


def test_the_first_version_of_a_dataset_also_takes_its_name() -> None:
    """Both events stand on one subject, so a reader never sees a version without a dataset."""
    made = decide_registry.register_dataset(
        given.register_dataset(splits={"test": 4}), None, now=given.NOW
    )

    assert [type(each) for each in made] == [DatasetRegistered, DatasetVersionAdded]
    after = Dataset.of(made)
    assert after is not None
    assert after.versions[1].splits == {"test": 4}


def test_other_content_is_the_next_version() -> None:
    """Numbers go on behind the highest, whatever order the events are held in."""
    made = decide_registry.register_dataset(
        given.register_dataset(entries=given.digest(9)), given.dataset(1, 2), now=given.NOW
    )

    assert [(type(each), getattr(each, "number", None)) for each in made] == [
        (DatasetVersionAdded, 3)
    ]


@pytest.mark.parametrize("number", [1, 2])
def test_the_same_content_again_says_nothing_new(number: int) -> None:
    """An old version sent again is that version, not a newer copy."""
    command = given.register_dataset(entries=given.digest(number), command_id="other")

    assert decide_registry.register_dataset(command, given.dataset(1, 2), now=given.LATER) == []


def test_a_dataset_of_another_task_is_refused() -> None:
    """Today there is one task, so the clash is made by hand; the field is named all the same."""
    known = given.dataset(1)
    assert known is not None
    other = Dataset(known.registered.model_copy(update={"task": "detection"}), known.versions)

    with pytest.raises(Refusal) as refused:
        decide_registry.register_dataset(given.register_dataset(), other, now=given.NOW)

    problem = refused.value.problem
    assert (problem.type, problem.status) == ("urn:runoff:problem:task-differs", 409)
    assert [each.field for each in problem.errors] == ["task"]


def test_the_first_version_of_a_model_also_takes_its_name() -> None:
    """The digest is of declaration and file together: the same file may be declared anew."""
    made = decide_registry.register_model(given.register_model(), None, now=given.NOW)

    assert [type(each) for each in made] == [ModelRegistered, ModelVersionAdded]


def test_the_same_file_and_declaration_again_say_nothing_new() -> None:
    """Registering is safe to repeat."""
    known = Model.of(decide_registry.register_model(given.register_model(), None, now=given.NOW))

    made = decide_registry.register_model(
        given.register_model(command_id="other"), known, now=given.LATER
    )

    assert made == []


def test_the_same_file_with_another_declaration_is_the_next_version() -> None:
    """Other labels make another model of the same weights."""
    known = Model.of(decide_registry.register_model(given.register_model(), None, now=given.NOW))
    spec = given.SPEC.model_copy(update={"labels": ["a", "b"]})

    made = decide_registry.register_model(given.register_model(spec=spec), known, now=given.LATER)

    assert [getattr(each, "number", None) for each in made] == [2]


@pytest.mark.parametrize(
    ("model", "spec", "file"),
    [
        ("oip/net", given.OIP, None),
        ("oip/words", given.OIP_TEXT, None),
        ("llm/mine", given.LLM.model_copy(update={"api": "openai"}), None),
        ("openai/gpt-4o", given.LLM, None),
        ("anthropic/claude-sonnet-4-5", given.LLM, None),
        ("google/gemini-2.5-pro", given.LLM, None),
        ("ollama/llama3.1:8b", given.LLM, None),
        ("openai/meta-llama/Llama-3.1-8B", given.LLM, None),
        ("upload/past", given.UPLOAD, given.digest(6)),
        ("browser/page", given.BROWSER, None),
    ],
)
def test_a_model_of_every_provider_can_be_registered(
    model: str, spec: Declaration, file: str | None
) -> None:
    """With a file where the model is one; its task is the declaration's."""
    command = given.register_model(model=model, spec=spec, file=file, n_bytes=file and 10)

    registered, version = decide_registry.register_model(command, None, now=given.NOW)

    assert isinstance(registered, ModelRegistered)
    assert isinstance(version, ModelVersionAdded)
    assert (registered.model, registered.task) == (model, command.spec.task)
    assert (version.spec, version.file) == (spec, file)
    known = Model.of([registered, version])
    assert decide_registry.register_model(command, known, now=given.LATER) == []


@pytest.mark.parametrize(
    ("model", "spec", "file", "field"),
    [
        ("onnx/net", given.LLM, given.digest(5), "spec.kind"),
        ("openai/gpt-4o", given.SPEC, None, "spec.kind"),
        ("browser/page", given.OIP_TEXT, None, "spec.kind"),
        ("onnx/net", given.SPEC, None, "file"),
        ("upload/past", given.UPLOAD, None, "file"),
        ("oip/net", given.OIP, given.digest(5), "file"),
        ("openai/gpt-4o", given.LLM, given.digest(5), "file"),
        ("llm/mine", given.LLM, None, "spec.api"),
        ("openai/gpt 4o", given.LLM, None, "model"),
        ("openai/gpt-4o@2", given.LLM, None, "model"),
        ("openai/../key", given.LLM, None, "model"),
        ("openai/a//b", given.LLM, None, "model"),
        ("openai/a/", given.LLM, None, "model"),
        ("openai/" + "a" * 201, given.LLM, None, "model"),
        ("oip/a/b", given.OIP, None, "model"),
        ("torch/net", given.SPEC, given.digest(5), "model"),
    ],
)
def test_a_declaration_that_does_not_fit_the_provider_is_refused_by_its_field(
    model: str, spec: Declaration, file: str | None, field: str
) -> None:
    """Found when it is registered, not when a run has begun."""
    command = given.register_model(model=model, spec=spec, file=file)

    with pytest.raises(Refusal) as refused:
        decide_registry.register_model(command, None, now=given.NOW)

    problem = refused.value.problem
    assert problem.status == 422
    assert [each.field for each in problem.errors] == [field]


def test_a_name_stays_with_its_task() -> None:
    """A run pins versions by number: the next one must not answer something else."""
    known = Model.of(
        [given.model_registered().model_copy(update={"task": "detection"}), given.model_version(1)]
    )
    spec = given.SPEC.model_copy(update={"labels": ["a", "b"]})

    with pytest.raises(Refusal) as refused:
        decide_registry.register_model(given.register_model(spec=spec), known, now=given.NOW)

    problem = refused.value.problem
    assert (problem.type, problem.status) == ("urn:runoff:problem:task-differs", 409)
    assert [each.field for each in problem.errors] == ["spec.task"]


def test_what_every_entry_has_is_kept_with_the_version() -> None:
    """Templates are held against it at a launch."""
    made = decide_registry.register_dataset(
        given.register_dataset(fields=["id", "text"]), None, now=given.NOW
    )

    assert getattr(made[1], "fields", None) == ["id", "text"]


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
        decide_registry.register_model(given.register_model(model=name), None, now=given.NOW)

    problem = refused.value.problem
    assert (problem.type, problem.status) == ("urn:runoff:problem:bad-model-name", 422)
    assert [each.field for each in problem.errors] == ["model"]
