"""`openai/…`, `anthropic/…`, `google/…`, `ollama/…` and `llm/…`: language models behind an API.

A model is asked by the declaration that it was registered with. One that nobody registered is
asked with the entry's text, or its image, as the whole prompt.
"""

import asyncio
import importlib
from typing import Any

from pydantic import JsonValue

from runoff_contracts.commands import CheckModel
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.problem import FieldError
from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.errors import ModelRefused, Unavailable
from runoff_inference_worker.llm.prompt import PLACED
from runoff_inference_worker.llm.reading import schema_error
from runoff_inference_worker.llm.target import target_of
from runoff_inference_worker.llm.template import PLAIN, Template
from runoff_inference_worker.provider import Kit, Model, Provider
from runoff_inference_worker.suits import check_suits


async def open_model(contender: Contender, kit: Kit) -> Model:
    """The contender's model; nothing is sent yet.

    Raises:
        Unavailable: When its key is gone, or this worker may not ask it.
    """
    spec = contender.spec if isinstance(contender.spec, LlmSpec) else None
    try:
        target = target_of(contender.model, spec, kit.settings)
    except ModelRefused as error:
        raise Unavailable(f"{contender.model} cannot be opened: {error}", retry=False) from error
    # In a thread and not before: the libraries take seconds to import, which a worker that asks no
    # language model does not spend.
    module: Any = await asyncio.to_thread(  # a module has no type
        importlib.import_module, "runoff_inference_worker.llm.model"
    )
    model: Model = await module.LlmModel.open(target, spec or LlmSpec(), kit)
    return model


async def check(command: CheckModel, kit: Kit) -> dict[str, JsonValue]:
    """Hold the declaration against the entries and this worker; nothing is sent.

    Raises:
        ModelRefused: With the fields that are wrong.
    """
    spec = command.spec if isinstance(command.spec, LlmSpec) else None
    declared = spec or LlmSpec()
    _check_templates(declared)
    _check_form(declared)
    target = target_of(command.model, spec, kit.settings)
    check_suits(command, declared.task, _needed(declared, command.fields, is_declared=bool(spec)))
    return {"api": target.api, "model": target.model, "base_url": target.base_url}


def _check_templates(spec: LlmSpec) -> None:
    errors = []
    for field, text in (("spec.prompt", spec.prompt), ("spec.system", spec.system or "")):
        for name in Template(text).unknown:
            reason = (
                "a model must not know the target"
                if name == "target"
                else f"known are {', '.join(PLAIN)} and metadata.<key>"
            )
            message = f"{{{{{name}}}}} cannot be put in: {reason}"
            errors.append(FieldError(field=field, message=message))
    if errors:
        raise ModelRefused("malformed-prompt", "The prompt names unknown fields", errors=errors)


def _check_form(spec: LlmSpec) -> None:
    errors = []
    if spec.task == "classification" and not spec.choices:
        said = "classification needs the labels to choose from"
        errors.append(FieldError(field="spec.choices", message=said))
    if spec.task == "classification" and spec.json_schema:
        said = "the answer to a classification is one of its choices"
        errors.append(FieldError(field="spec.json_schema", message=said))
    elif spec.json_schema is not None and (reason := schema_error(spec.json_schema)):
        errors.append(FieldError(field="spec.json_schema", message=reason))
    if spec.task in PLACED and not spec.image:
        said = f"{spec.task} is about images, which this declaration leaves out"
        errors.append(FieldError(field="spec.image", message=said))
    if errors:
        raise ModelRefused("malformed-spec", "The declaration is not sound", errors=errors)


def _needed(spec: LlmSpec, fields: list[str] | None, *, is_declared: bool) -> list[tuple[str, str]]:
    """Fields of the declaration, each with the field of an entry that it is about."""
    is_image_alone = spec.prompt == "{{text}}" and spec.image and "image" in (fields or ())
    prompt = [] if is_image_alone else Template(spec.prompt).fields
    needed = [("spec.prompt" if is_declared else "models", each) for each in prompt]
    needed += [("spec.system", each) for each in Template(spec.system or "").fields]
    if spec.task in PLACED:
        needed.append(("spec.image", "image"))
    return list(dict.fromkeys(needed))


def _looks(contender: Contender) -> bool:
    """A model that finds places is told how large the image is; others get the file alone."""
    return isinstance(contender.spec, LlmSpec) and contender.spec.task in PLACED


PROVIDER = Provider(open=open_model, check=check, adapts=True, looks=_looks)
