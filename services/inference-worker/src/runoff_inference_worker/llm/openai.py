"""Models of the OpenAI chat completions protocol, and of Ollama, which speaks it too.

pydantic-ai makes the request and reads the answer; the SDK's own way of sending one is left out.
It copies the request twice and builds the answer field by field in Python, which took more of the
processor than all the rest of a call together (`docs/decisions/0012-language-models.md`).
"""

from functools import cached_property
from typing import Any

import httpx2
from openai import APIConnectionError, AsyncOpenAI, NotGiven, Omit
from openai.resources.chat import AsyncChat, AsyncCompletions
from openai.types.chat import ChatCompletion
from pydantic import ValidationError
from pydantic_ai.models import Model
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings
from pydantic_core import from_json, to_json

from runoff_inference_worker.llm.target import Target

_NO_KEY = "none"
_NOT_IN_BODY = {"timeout", "extra_headers", "extra_body", "extra_query"}


def make_model(target: Target, client: httpx2.AsyncClient) -> Model:
    """The model, asked over the client; it makes every request once."""
    api = _Client(
        api_key=target.key or _NO_KEY,
        base_url=target.base_url,
        http_client=client,
        max_retries=0,
    )
    if target.api == "ollama":
        return OllamaModel(target.model, provider=OllamaProvider(openai_client=api))
    return OpenAIChatModel(target.model, provider=OpenAIProvider(openai_client=api))


def logprob_settings() -> ModelSettings:
    """What asks for log probabilities."""
    return OpenAIChatModelSettings(openai_logprobs=True)


class _Completions(AsyncCompletions):
    """The one call of the SDK that is used."""

    def __init__(self, client: AsyncOpenAI, http: httpx2.AsyncClient) -> None:
        super().__init__(client)
        self._http = http
        self._url = httpx2.URL(f"{str(client.base_url).rstrip('/')}/chat/completions")
        self._headers = {
            "Authorization": f"Bearer {client.api_key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    async def create(self, **given: Any) -> ChatCompletion:  # type: ignore[override]  # as pydantic-ai calls it
        """Send one request."""
        body = {
            name: value
            for name, value in given.items()
            if name not in _NOT_IN_BODY and not isinstance(value, Omit | NotGiven)
        }
        request = httpx2.Request("POST", self._url, headers=self._headers, content=to_json(body))
        try:
            response = await self._http.send(request)
        except httpx2.TransportError as error:
            raise APIConnectionError(request=request) from error
        if response.status_code != httpx2.codes.OK:
            raise self._client._make_status_error_from_response(response)
        try:
            return ChatCompletion.model_validate_json(response.content)
        except ValidationError:
            # Servers that only resemble it leave fields out; pydantic-ai says which.
            return _leniently(response.content)


def _leniently(content: bytes) -> ChatCompletion:
    body = from_json(content)
    return ChatCompletion.construct(**body if isinstance(body, dict) else {})


class _Chat(AsyncChat):
    @cached_property
    def completions(self) -> AsyncCompletions:
        return _Completions(self._client, self._client._client)


class _Client(AsyncOpenAI):
    @cached_property
    def chat(self) -> AsyncChat:
        return _Chat(self)
