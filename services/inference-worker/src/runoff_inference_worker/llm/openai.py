"""Models of the OpenAI chat completions protocol, and of Ollama, which speaks it too.

pydantic-ai makes the request and reads the answer; what both libraries do anew for each call with
the same result is left out, and so is the SDK's own way of sending. Together that took more of the
processor than all the rest of a call (`docs/decisions/0019-cost-of-a-call.md`).
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import httpx2
from openai import AsyncOpenAI, NotGiven, Omit
from openai.resources.chat import AsyncChat, AsyncCompletions
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, ValidationError
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage
from pydantic_core import from_json, to_json

from runoff_inference_worker.llm.form import Form, form_of
from runoff_inference_worker.llm.inline import whole
from runoff_inference_worker.llm.post import Post, Posted
from runoff_inference_worker.llm.target import Target
from runoff_inference_worker.llm.wire import Lines

_NO_KEY = "none"
_OK = 200
_NOT_IN_BODY = {"timeout", "extra_headers", "extra_body", "extra_query"}
_TOTALS = {"prompt_tokens", "completion_tokens", "total_tokens"}


def make_model(target: Target, lines: Lines) -> Model:
    """The model, asked over aiohttp; it makes every request once."""
    key = target.key or _NO_KEY
    api = _Client(api_key=key, base_url=target.base_url, http_client=lines.sdk, max_retries=0)
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    api.send_completion = Post(
        lines.direct, f"{str(api.base_url).rstrip('/')}/chat/completions", headers
    )
    if target.api == "ollama":
        return _Ollama(target.model, provider=OllamaProvider(openai_client=api))
    return _OpenAI(target.model, provider=OpenAIProvider(openai_client=api))


def logprob_settings() -> ModelSettings:
    """What asks for log probabilities."""
    return OpenAIChatModelSettings(openai_logprobs=True)


class _Read(ChatCompletion):
    """An answer that fits the protocol."""


@dataclass(slots=True)
class _Passing:
    """What a call hands past pydantic-ai, from the model to the SDK's client and back."""

    posted: Posted | None = None
    """The answer, where it is here already: nothing is sent."""
    body: Mapping[str, Any] | None = None
    """The request that pydantic-ai made, as the protocol has it."""


_PASSING: ContextVar[_Passing] = ContextVar("passing")


class _Lean(OpenAIChatModel):
    """Does once what comes out the same for every call of a model."""

    _prepared: tuple[Any, Any, Any] | None = None  # as `prepare_request` takes and gives them
    _form: Form | None = None

    async def _completions_create(
        self,
        messages: list[ModelMessage],
        stream: Any,  # which is False here
        model_settings: OpenAIChatModelSettings,
        model_request_parameters: ModelRequestParameters,
    ) -> Any:  # as pydantic-ai's own
        """As pydantic-ai, which makes the first request and reads whatever is not a fine answer."""
        given = (messages, cast(Mapping[str, Any], model_settings), model_request_parameters)
        passing = _Passing()
        if self._form and (body := self._form.body(*given)):
            passing.posted = await cast(_Client, self.client).send_completion(body)
            if (read := _read(passing.posted)) is not None:
                return read
        before = _PASSING.set(passing)
        try:
            response = await super()._completions_create(
                messages, stream, model_settings, model_request_parameters
            )
        finally:
            _PASSING.reset(before)
        if passing.posted is None and passing.body is not None:
            self._form = form_of(*given, passing.body) or self._form
        return response

    def prepare_request(
        self, model_settings: ModelSettings | None, model_request_parameters: ModelRequestParameters
    ) -> tuple[ModelSettings | None, ModelRequestParameters]:
        """As pydantic-ai; settings and parameters are the same objects for all calls of a run."""
        kept = self._prepared
        if kept and kept[0] is model_settings and kept[1] is model_request_parameters:
            prepared: tuple[ModelSettings | None, ModelRequestParameters] = kept[2]
            return prepared
        prepared = super().prepare_request(model_settings, model_request_parameters)
        self._prepared = (model_settings, model_request_parameters, prepared)
        return prepared

    def _validate_completion(
        self, response: ChatCompletion
    ) -> Any:  # as pydantic-ai's own, less strict
        # Read into its fields as it came in; pydantic-ai would write them out and read them again.
        return response if isinstance(response, _Read) else super()._validate_completion(response)

    def _map_usage(self, response: ChatCompletion) -> RequestUsage:
        usage = response.usage
        if usage is None or _is_told_apart(usage):
            return super()._map_usage(response)
        # Two numbers: the general way searches genai-prices for how to read them.
        return RequestUsage(input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens)


class _OpenAI(_Lean):
    """Any server of the protocol."""


class _Ollama(_Lean, OllamaModel):
    """Ollama, whose quirks pydantic-ai knows."""


class _Completions(AsyncCompletions):
    """The one call of the SDK that is used."""

    def __init__(self, client: "_Client") -> None:
        super().__init__(client)
        self._send = client.send_completion

    async def create(self, **given: Any) -> ChatCompletion:  # type: ignore[override]  # as pydantic-ai calls it
        """Send one request, if it was not sent already."""
        passing = _PASSING.get()
        posted = passing.posted
        if posted is None:
            passing.body = {
                name: value
                for name, value in given.items()
                if not isinstance(value, Omit | NotGiven) and name not in _NOT_IN_BODY
            }
            posted = await self._send(await whole(to_json(passing.body)))
        if posted.status_code != _OK:
            raise self._client._make_status_error_from_response(
                httpx2.Response(
                    posted.status_code,
                    headers=dict(posted.headers),
                    content=posted.content,
                    request=httpx2.Request("POST", self._client.base_url),
                )
            )
        # Servers that only resemble the protocol leave fields out; pydantic-ai says which.
        return _read(posted) or _leniently(posted.content)


def _read(posted: Posted) -> ChatCompletion | None:
    """The answer; none where it does not fit the protocol."""
    if posted.status_code != _OK:
        return None
    try:
        return _Read.model_validate_json(posted.content)
    except ValidationError:
        return None


def _is_told_apart(usage: CompletionUsage) -> bool:
    """Whether some tokens are of another kind (cached, reasoned, heard), by whatever field."""
    for name, value in usage:
        counts = [each for _, each in value] if isinstance(value, BaseModel) else [value]
        if name not in _TOTALS and any(counts):
            return True
    return False


def _leniently(content: bytes) -> ChatCompletion:
    body = from_json(content)
    return ChatCompletion.construct(**body if isinstance(body, dict) else {})


class _Chat(AsyncChat):
    _client: "_Client"

    @cached_property
    def completions(self) -> AsyncCompletions:
        return _Completions(self._client)


class _Client(AsyncOpenAI):
    send_completion: Post

    @cached_property
    def chat(self) -> AsyncChat:
        return _Chat(self)
