"""Whether a declaration suits the entries of the run that wants it."""

from collections.abc import Sequence

from runoff_contracts.commands import CheckModel
from runoff_contracts.problem import FieldError
from runoff_contracts.task import Task
from runoff_inference_worker.errors import ModelRefused


def check_suits(command: CheckModel, task: Task, needed: Sequence[tuple[str, str]]) -> None:
    """Nothing where the model answers the run's task and its entries have what it needs.

    Args:
        command: Says nothing of a run where a model is only registered.
        task: What the model is declared for.
        needed: Fields of the declaration, each with the field of an entry that it is about.

    Raises:
        ModelRefused: With every field that does not suit.
    """
    errors: list[FieldError] = []
    if command.task not in {None, task}:
        said = f"the model is declared for {task}, the entries are for {command.task}"
        errors.append(FieldError(field="spec.task", message=said))
    for field, name in needed:
        if command.fields is not None and name not in command.fields:
            known = ", ".join(command.fields) or "nothing"
            said = f"it needs {name!r} of every entry, all of them have {known}"
            errors.append(FieldError(field=field, message=said))
    if errors:
        raise ModelRefused("model-does-not-suit", "The model does not suit the run", errors=errors)
