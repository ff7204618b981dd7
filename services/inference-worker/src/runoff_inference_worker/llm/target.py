"""Whom a declaration means: which protocol, which model, at which address, with whose key."""

import os
from dataclasses import dataclass, field
from typing import Literal

from runoff_contracts.problem import FieldError
from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.errors import ModelRefused
from runoff_inference_worker.reach import check_host, secret_of
from runoff_inference_worker.settings import WorkerSettings

Api = Literal["openai", "anthropic", "google", "ollama"]


@dataclass(frozen=True)
class _Usual:
    """What holds for an API where the declaration says nothing."""

    base_url: str
    base_url_variable: str
    key_variables: tuple[str, ...]
    needs_key: bool = True


_USUAL: dict[Api, _Usual] = {
    "openai": _Usual("https://api.openai.com/v1", "OPENAI_BASE_URL", ("OPENAI_API_KEY",)),
    "anthropic": _Usual("https://api.anthropic.com", "ANTHROPIC_BASE_URL", ("ANTHROPIC_API_KEY",)),
    "google": _Usual(
        "https://generativelanguage.googleapis.com",
        "GOOGLE_GEMINI_BASE_URL",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    ),
    "ollama": _Usual(
        "http://127.0.0.1:11434/v1", "OLLAMA_BASE_URL", ("OLLAMA_API_KEY",), needs_key=False
    ),
}


@dataclass(frozen=True)
class Target:
    """A model of an API."""

    api: Api
    model: str
    base_url: str
    key: str | None = field(default=None, repr=False)
    """A secret. None is of a server that wants none."""


def target_of(model: str, spec: LlmSpec | None, settings: WorkerSettings) -> Target:
    """Whom to ask.

    Args:
        model: Its name, as `openai/gpt-4o`.
        spec: Its declaration; none where nobody registered it.

    Raises:
        ModelRefused: Where the protocol or a key is missing, or the host is not allowed.
    """
    provider, _, name = model.partition("/")
    declared = spec or LlmSpec()
    api = api_of(model, declared)
    if api is None:
        raise _refused(
            "missing-api",
            "The API of the model is not declared",
            "spec.api" if spec else "models",
            f"one of {', '.join(_USUAL)} is needed for {provider}/ models",
        )
    base_url, key = _address(api, declared)
    check_host(base_url, settings.model_hosts, field="spec.base_url")
    return Target(api, declared.model or name, base_url, key)


def api_of(model: str, spec: LlmSpec) -> Api | None:
    """The protocol of a model; none where neither its declaration nor its name says it."""
    provider = model.partition("/")[0]
    return spec.api or next((each for each in _USUAL if each == provider), None)


def _address(api: Api, spec: LlmSpec) -> tuple[str, str | None]:
    """Where to ask with which key. A key of the API itself is never sent to a declared address."""
    if spec.base_url is not None:
        return spec.base_url, secret_of(spec.api_key_env)
    usual = _USUAL[api]
    base_url = os.environ.get(usual.base_url_variable, "").strip() or usual.base_url
    if spec.api_key_env is not None:
        return base_url, secret_of(spec.api_key_env)
    for variable in usual.key_variables:
        if os.environ.get(variable, "").strip():
            return base_url, secret_of(variable)
    if usual.needs_key:
        raise _refused(
            "missing-key",
            "The key of the model is missing",
            "spec.api_key_env",
            f"this worker's environment has no variable {' or '.join(usual.key_variables)}",
        )
    return base_url, None


def _refused(name: str, title: str, field_: str, message: str) -> ModelRefused:
    return ModelRefused(name, title, errors=[FieldError(field=field_, message=message)])
