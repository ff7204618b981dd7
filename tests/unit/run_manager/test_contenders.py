"""Given what is registered, when a run names its models: what they are pinned to."""

from __future__ import annotations

import pytest

from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.model_spec import LlmSpec
from runoff_contracts.task import TASKS, Task
from runoff_run_manager.contenders import contender
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Model
from tests.unit.run_manager import given


def llm(name: str, **spec: object) -> Model | None:
    declared = LlmSpec.model_validate(spec)
    return Model.of(
        [
            ModelRegistered(model=name, task=declared.task, registered_at=given.NOW),
            ModelVersionAdded(
                model=name, number=1, digest=given.digest(9), spec=declared, added_at=given.NOW
            ),
        ]
    )


def direct(name: str, task: Task = "text") -> Contender:
    return contender(name, None, position=0, task=task)


@pytest.mark.parametrize(
    "name",
    [
        "openai/gpt-4o",
        "anthropic/claude-sonnet-4-5",
        "google/gemini-2.5-pro",
        "ollama/llama3.1:8b",
        "openai/meta-llama/Llama-3.1-8B_x",
    ],
)
def test_a_model_of_an_api_needs_no_registration(name: str) -> None:
    """It is asked with the declaration as it stands."""
    made = direct(name)

    assert (made.model, made.number, made.file, made.spec) == (name, None, None, LlmSpec())


@pytest.mark.parametrize("task", TASKS)
def test_a_model_that_nobody_declared_takes_the_task_of_the_dataset(task: Task) -> None:
    """And is another contender for another task: it is asked for another kind of answer."""
    made = direct("openai/gpt-4o", task)

    assert made.spec == LlmSpec(task=task)
    assert [direct("openai/gpt-4o", other).digest == made.digest for other in TASKS] == [
        other == task for other in TASKS
    ]


def test_a_registered_model_goes_before_the_api_s_own_of_the_name() -> None:
    """Whoever registers a prompt under a name means it."""
    known = llm("openai/gpt-4o", system="Be brief.")

    made = contender("openai/gpt-4o", known, position=0, task="text")

    assert (made.number, made.digest) == (1, given.digest(9))
    assert isinstance(made.spec, LlmSpec)
    assert made.spec.system == "Be brief."


@pytest.mark.parametrize("task", ["detection", "coordinates", "text"])
def test_a_model_declared_for_another_task_is_refused_at_its_place(task: Task) -> None:
    """Its answers would be no answers."""
    with pytest.raises(Refusal) as refused:
        contender("onnx/net", given.model(1), position=3, task=task)

    problem = refused.value.problem
    assert (problem.type, problem.status) == ("urn:runoff:problem:task-differs", 422)
    assert [each.field for each in problem.errors] == ["models.3"]
    assert task in problem.detail
