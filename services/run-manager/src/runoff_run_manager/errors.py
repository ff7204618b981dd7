"""What run-manager refuses.

Refusal  a command that changes nothing; its problem goes back to whoever asked
"""

from runoff_contracts.problem import FieldError, Problem, problem


class Refusal(Exception):
    """The command cannot be carried out; `problem` says why and what would be right."""

    def __init__(self, refused: Problem) -> None:
        super().__init__(refused.title)
        self.problem = refused


def refusal(name: str, title: str, status: int, *, field: str = "", hint: str = "") -> Refusal:
    """A refusal about one field (or none): `hint` says what would be right."""
    errors = [FieldError(field=field, message=hint or title)] if field else []
    return refusal_of(name, title, status, detail=hint, errors=errors)


def refusal_of(
    name: str, title: str, status: int, *, detail: str, errors: list[FieldError]
) -> Refusal:
    """A refusal about several fields."""
    return Refusal(problem(name, title, status, detail=detail, errors=errors))


def nothing_selected() -> Refusal:
    """Of a launch whose selection is empty."""
    return refusal(
        "empty-selection",
        "No entry fits the selection",
        422,
        field="selection",
        hint="a split, section or ids that the dataset version has",
    )


def entries_gone() -> Refusal:
    """Of a launch whose entries the object store lost."""
    return refusal("entries-missing", "The dataset's entries are gone", 500)
