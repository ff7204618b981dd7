"""`python/module:function`: a Python function that runs in this process.

The function is called with one `Entry` (`id`, `text`, `image`, `metadata`) and returns a label, or
`(label, confidence)`, or `{"label": …, "confidence": …, "probabilities": {…}}`. It may be `async`.
A function that takes many entries at once says so with an attribute, and returns as many answers
in the same order:

    def classify(entries):
        return ["cat" for entry in entries]

    classify.runoff_batch = True

Only modules that the operator names in `RUNOFF_PYTHON_MODULES` are imported. A function that is
not `async` runs in a thread: over the time limit it is left to itself, since no thread can be
stopped. An `async` one is canceled; it must not block, for it shares the worker's event loop.
"""

import importlib
from collections.abc import Sequence
from functools import partial

from pydantic import JsonValue

from runoff_contracts.commands import CheckModel
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.problem import FieldError
from runoff_inference_worker.errors import AttemptFailed, ModelRefused, Unavailable
from runoff_inference_worker.provider import Kit, Model, Provider
from runoff_inference_worker.python_functions import Function, make_model

_IMPORT_S = 60.0


async def open_model(contender: Contender, kit: Kit) -> Model:
    """The contender's function.

    Raises:
        Unavailable: When it is not allowed, or cannot be imported.
    """
    try:
        return make_model(await _found(contender.target, kit), kit.threads)
    except ModelRefused as error:
        raise Unavailable(f"{contender.model} cannot be opened: {error}", retry=False) from error


async def check(command: CheckModel, kit: Kit) -> dict[str, JsonValue]:
    """Import the function.

    Raises:
        ModelRefused: When it is not allowed or cannot be found.
    """
    await _found(command.model.partition("/")[2], kit)
    return {}


async def _found(target: str, kit: Kit) -> Function:
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise _refused("malformed-model", "A python model is named module:function", target)
    if not _allowed(module, kit.settings.python_modules):
        allowed = ", ".join(kit.settings.python_modules) or "none"
        raise _refused(
            "module-not-allowed",
            "The module is not among those that models may come from",
            f"{module!r} is not allowed on this worker; allowed are: {allowed} "
            "(RUNOFF_PYTHON_MODULES)",
        )
    call = partial(_imported, module, name)
    done = (await kit.threads.serve([call], limit_s=_IMPORT_S))[0]
    if isinstance(done.value, AttemptFailed):
        raise _refused(
            "model-not-importable",
            "The function cannot be imported",
            f"{module}:{name}: {done.value.message}",
        )
    return done.value


def _imported(module: str, name: str) -> Function:
    function: object = importlib.import_module(module)
    for part in name.split("."):
        function = getattr(function, part)
    if not callable(function):
        raise TypeError(f"{name} is of type {type(function).__name__}, not a function")
    return function


def _allowed(module: str, names: Sequence[str]) -> bool:
    return any(
        module == name or (name.endswith(".*") and f"{module}.".startswith(name[:-1]))
        for name in names
    )


def _refused(name: str, title: str, message: str) -> ModelRefused:
    return ModelRefused(name, title, errors=[FieldError(field="models", message=message)])


PROVIDER = Provider(open=open_model, check=check)
