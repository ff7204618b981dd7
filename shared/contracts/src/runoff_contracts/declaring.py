"""Reads what a person declared of a model; what is wrong is named by the fields that they wrote."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from runoff_contracts.errors import BadDeclaration
from runoff_contracts.model_spec import LlmSpec, ModelSpec
from runoff_contracts.problem import FieldError
from runoff_contracts.specs.tensors import OUTPUT_TASKS

KINDS: dict[str, tuple[str, ...]] = {
    "onnx": ("onnx",),
    "oip": ("oip", "oip_text"),
    "openai": ("llm",),
    "anthropic": ("llm",),
    "google": ("llm",),
    "ollama": ("llm",),
    "llm": ("llm",),
    "browser": ("browser",),
    "upload": ("upload",),
}
"""How a model is declared, by the provider in its name. Others are not registered."""
FILE_PROVIDERS = ("onnx", "upload")
"""Whose models are a file besides."""

_SPEC: TypeAdapter[ModelSpec] = TypeAdapter(ModelSpec)
_ALL_KINDS = frozenset(kind for kinds in KINDS.values() for kind in kinds)
_SECRETS = ("key", "token", "secret", "password", "authorization")
_MAX_SHOWN = 200


def read_declaration(data: object, *, provider: str) -> ModelSpec:
    """The declaration of a model; `kind` may be left out, the provider says it.

    Raises:
        BadDeclaration: With every field that is wrong.
    """
    if provider not in KINDS:
        known = ", ".join(f"{each}/…" for each in KINDS)
        raise BadDeclaration([FieldError(field="", message=f"models of {known} are declared")])
    if not isinstance(data, Mapping):
        raise BadDeclaration([FieldError(field="", message="is no mapping of fields")])
    kind = data.get("kind", _usual_kind(data, provider))
    if kind not in KINDS[provider]:
        said = " or ".join(KINDS[provider])
        message = f"a model of {provider}/… is declared as {said}"
        raise BadDeclaration([FieldError(field="kind", message=message)])
    try:
        spec = _SPEC.validate_python({**data, "kind": kind})
    except ValidationError as error:
        raise BadDeclaration(spec_errors(error)) from error
    if provider == "llm" and isinstance(spec, LlmSpec) and spec.api is None:
        known = ", ".join(get_args(get_args(LlmSpec.model_fields["api"].annotation)[0]))
        raise BadDeclaration(
            [FieldError(field="api", message=f"a model of llm/… says which: {known}")]
        )
    return spec


def spec_errors(error: ValidationError) -> list[FieldError]:
    """One a field, at the place where a person wrote it; no value is repeated, it may be secret."""
    found: dict[tuple[str, str], FieldError] = {}
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        place = _place(each["loc"])
        message = _message(str(place[-1]) if place else "", each["type"], each["msg"])
        field = ".".join(str(part) for part in place)
        found.setdefault((field, message), FieldError(field=field, message=message))
    return list(found.values())


def _usual_kind(data: Mapping[str, Any], provider: str) -> str:
    """What is meant where nothing is said: served models of images have an input of many fields."""
    if provider != "oip":
        return KINDS[provider][0]
    of_images = isinstance(data.get("input"), Mapping)
    return "oip" if of_images or data.get("task") in ("detection", "coordinates") else "oip_text"


def _place(location: Sequence[int | str]) -> list[int | str]:
    """Without the tags of unions, which nobody wrote."""
    place = list(location)
    if place and place[0] in _ALL_KINDS:
        del place[0]
    if place[:1] == ["output"] and len(place) > 1 and place[1] in OUTPUT_TASKS:
        del place[1]
    return place


def _message(field: str, type_: str, message: str) -> str:
    if type_ == "extra_forbidden":
        if any(word in field.lower() for word in _SECRETS):
            return (
                "is no field, and a secret is never declared: set it in the worker's environment "
                "as RUNOFF_KEY_…, and name that variable in api_key_env"
            )
        return "is no field of this declaration; it may be a typing error"
    if type_ == "missing":
        return "is needed"
    return message.removeprefix("Value error, ")[:_MAX_SHOWN]
