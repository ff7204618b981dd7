"""Asks a language model through pydantic-ai, whichever its API: one request, one answer.

Importing the libraries of an API takes a second or more, so that each is imported, in a thread,
when the first model of it is opened: a worker that never asks one starts without.
"""

import asyncio
import importlib
import math
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from pydantic import JsonValue
from pydantic_ai.direct import model_request
from pydantic_ai.messages import (
    BinaryContent,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    SystemPromptPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings

from runoff_contracts.events.entry import Usage
from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.errors import AttemptFailed, Rejected
from runoff_inference_worker.llm.failures import failure
from runoff_inference_worker.llm.inline import carried
from runoff_inference_worker.llm.prices import Price
from runoff_inference_worker.llm.prompt import Request, schema_of
from runoff_inference_worker.llm.reading import Said
from runoff_inference_worker.llm.target import Target
from runoff_inference_worker.llm.wire import Lines

_MODULES = {"openai": "openai", "ollama": "openai", "anthropic": "anthropic", "google": "google"}


class Api:
    """One model of an API, with the parameters that a declaration gives."""

    def __init__(
        self,
        model: Model,
        target: Target,
        settings: ModelSettings,
        parameters: ModelRequestParameters,
        *,
        price: Price,
    ) -> None:
        self._model, self._target = model, target
        self._settings, self._parameters = settings, parameters
        self._price = price

    async def ask(self, request: Request) -> Said:
        """One request; never repeated here.

        Raises:
            AttemptFailed: By what went wrong.
        """
        try:
            with carried(*request.image) if request.image else nullcontext() as picture:
                response = await model_request(
                    self._model,
                    [ModelRequest(parts=_parts(request, picture))],
                    model_settings=self._settings,
                    model_request_parameters=self._parameters,
                )
            return self._said(response)
        except AttemptFailed:
            raise
        except Exception as error:  # the libraries read what a stranger's server says
            raise failure(error, self._target.key) from error

    def _said(self, response: ModelResponse) -> Said:
        used = response.usage
        usage = Usage(n_input=used.input_tokens, n_output=used.output_tokens)
        is_known = usage.n_input + usage.n_output > 0
        cost_usd = self._price.of(used) if is_known else None
        details = response.provider_details or {}
        if response.finish_reason == "content_filter" or "refusal" in details:
            raise Rejected(
                "the API withheld the answer for its content", usage=usage, cost_usd=cost_usd
            )
        return Said(response.text or "", usage if is_known else None, cost_usd, logprob_of(details))


def _parts(request: Request, picture: BinaryContent | None) -> list[ModelRequestPart]:
    parts: list[ModelRequestPart] = []
    if request.system is not None:
        parts.append(SystemPromptPart(request.system))
    if picture is None:
        return [*parts, UserPromptPart(request.prompt)]
    texts = [request.prompt] if request.prompt else []
    return [*parts, UserPromptPart([*texts, picture])]


async def open_api(target: Target, spec: LlmSpec, lines: Lines) -> Api:
    """The model behind its API, ready to be asked; nothing is sent yet."""
    name = f"runoff_inference_worker.llm.{_MODULES[target.api]}"
    protocol: Any = await asyncio.to_thread(importlib.import_module, name)  # a module has no type
    settings = ModelSettings()
    if spec.temperature is not None:
        settings["temperature"] = spec.temperature
    if spec.top_p is not None:
        settings["top_p"] = spec.top_p
    if spec.seed is not None:
        settings["seed"] = spec.seed
    if spec.max_tokens is not None:
        settings["max_tokens"] = spec.max_tokens
    if spec.logprobs:
        settings = {**settings, **protocol.logprob_settings()}
    price = Price(target.api, target.model)
    model: Model = protocol.make_model(target, lines)
    parameters = _parameters(model, schema_of(spec))
    return Api(model, target, settings, parameters, price=price)


def _parameters(model: Model, schema: dict[str, JsonValue] | None) -> ModelRequestParameters:
    """What is the same in every request: the form of the answer."""
    if schema is None:
        return ModelRequestParameters()
    has_schemas = model.profile.get("supports_json_schema_output", False)
    return ModelRequestParameters(
        output_mode="native" if has_schemas else "prompted",
        output_object=OutputObjectDefinition(json_schema=schema, name="answer", strict=None),
    )


def logprob_of(details: Mapping[str, Any]) -> float | None:
    """Mean log probability of the answer's tokens, from what the API gave beside the answer.

    Args:
        details: Of the response, as pydantic-ai keeps them, hence `Any`.
    """
    mean = details.get("avg_logprobs")
    if mean is None:
        tokens = details.get("logprobs")
        if not isinstance(tokens, list) or not tokens:
            return None
        mean = sum(each["logprob"] for each in tokens) / len(tokens)
    return min(float(mean), 0.0) if math.isfinite(mean) else None
