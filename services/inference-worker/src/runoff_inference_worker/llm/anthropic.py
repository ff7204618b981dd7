"""Models of the Anthropic messages protocol."""

from anthropic import AsyncAnthropic
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.settings import ModelSettings

from runoff_inference_worker.llm.target import Target
from runoff_inference_worker.llm.wire import Lines

_NO_KEY = "none"
_MOST_TOKENS = 16_384
"""Where the declaration says nothing: this API has to be told, and above some 20,000 the answer
would have to be streamed. Lowered to the model's own limit by pydantic-ai."""


def make_model(target: Target, lines: Lines) -> Model:
    """The model, asked over httpx2; it makes every request once."""
    api = AsyncAnthropic(
        api_key=target.key or _NO_KEY,
        base_url=target.base_url,
        http_client=lines.sdk,
        max_retries=0,
    )
    provider = AnthropicProvider(anthropic_client=api)
    settings = ModelSettings(max_tokens=_MOST_TOKENS)
    return AnthropicModel(target.model, provider=provider, settings=settings)


def logprob_settings() -> ModelSettings:
    """The API gives none."""
    return ModelSettings()
