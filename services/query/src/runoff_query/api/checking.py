"""Asks a worker whether a model can be loaded: only workers load models."""

from runoff_contracts.commands import CheckModel
from runoff_contracts.problem import FieldError
from runoff_query.api.parts import Parts
from runoff_query.api.problems import ProblemRaised, refuse
from runoff_runtime.errors import NoAnswer

LAUNCH_S = 90.0
"""A launch is answered when workers have checked every model that it names."""
_CHECK_S = 10.0
_LOAD_S = 60.0
"""A worker that is there may need so long for a large file, or for its browser to start."""


async def check_model(parts: Parts, command: CheckModel, *, field: str) -> None:
    """Nothing where a worker can load the model.

    Raises:
        ProblemRaised: 503 when no worker answers, or what the worker says against the model: on
            fields of its declaration, and else on `field` of the request.
    """
    limit_s = _LOAD_S if parts.workers.names() else _CHECK_S
    try:
        await parts.order(command, timeout_s=limit_s)
    except NoAnswer as error:
        raise refuse(
            "no-worker",
            "No worker is there to check the model",
            503,
            f"None answered within {limit_s:g} s. Start an inference worker, or try again.",
        ) from error
    except ProblemRaised as refused:
        told = refused.problem
        errors = [
            each
            if each.field.startswith("spec.")
            else FieldError(field=field, message=each.message)
            for each in told.errors
        ] or [FieldError(field=field, message=told.title)]
        raise ProblemRaised(told.model_copy(update={"errors": errors})) from refused
