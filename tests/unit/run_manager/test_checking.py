"""What workers say against models, as told to whoever launches."""

from __future__ import annotations

import pytest

from runoff_contracts.problem import FieldError, Problem, problem
from runoff_run_manager.checking import placed, together


def told(name: str, *errors: tuple[str, str], status: int = 422, detail: str = "") -> Problem:
    wrong = [FieldError(field=field, message=message) for field, message in errors]
    return problem(name, "It cannot be asked", status, detail, wrong)


@pytest.mark.parametrize("field", ["", "model", "models"])
def test_what_is_said_of_the_model_as_such_is_said_of_its_place(field: str) -> None:
    """Sixteen models may be launched at once."""
    found = placed(told("bad-model", (field, "it does not load")), "models.3")

    assert [(each.field, each.message) for each in found.errors] == [
        ("models.3", "it does not load")
    ]


def test_a_part_of_its_declaration_is_named_in_the_message() -> None:
    """The field is one of the launch, which has no declaration in it."""
    found = placed(told("bad-spec", ("spec.output.name", "there is no output logits")), "models.0")

    assert [(each.field, each.message) for each in found.errors] == [
        ("models.0", "spec.output.name: there is no output logits")
    ]


@pytest.mark.parametrize(("detail", "said"), [("", "It cannot be asked"), ("no key", "no key")])
def test_a_problem_without_fields_is_said_of_the_place_all_the_same(detail: str, said: str) -> None:
    """Nobody should have to guess which of them it was."""
    found = placed(told("no-key", detail=detail), "models.1")

    assert [(each.field, each.message) for each in found.errors] == [("models.1", said)]


def test_all_that_is_wrong_is_told_at_once_under_what_is_wrong_with_a_model() -> None:
    """A worker that does not answer says nothing about a model; a refusal does."""
    wrong = [
        told("no-worker", ("models.0", "was not checked"), status=503),
        told("bad-spec", ("models.1", "no such output")),
    ]

    found = together(wrong)

    assert (found.type.rpartition(":")[2], found.status) == ("bad-spec", 422)
    assert [each.field for each in found.errors] == ["models.0", "models.1"]
    assert together(wrong[:1]).status == 503
