"""Models of the Gemini API."""

from pydantic_ai.models import Model
from pydantic_ai.models.google import GoogleModel, GoogleModelSettings
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.settings import ModelSettings

from runoff_inference_worker.llm.target import Target
from runoff_inference_worker.llm.wire import Lines

_NO_KEY = "none"


def make_model(target: Target, lines: Lines) -> Model:
    """The model, asked over httpx2; it makes every request once."""
    provider = GoogleProvider(
        api_key=target.key or _NO_KEY, base_url=target.base_url, http_client=lines.sdk
    )
    return GoogleModel(target.model, provider=provider, settings=ModelSettings(max_retries=0))


def logprob_settings() -> ModelSettings:
    """What asks for log probabilities."""
    return GoogleModelSettings(google_logprobs=True)
