"""`openai/…`, `anthropic/…`, `google/…`, `ollama/…` and `llm/…`: a prompt and who answers it."""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator

from runoff_contracts.specs.declaration import Declaration, KeyVariable, Label, Url
from runoff_contracts.task import Task

Template = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
"""A text with fields of the entry in double braces: `{{text}}`, `{{id}}`, `{{metadata.author}}`."""


class LlmSpec(Declaration):
    """Declaration of a prompt for a language model: two prompts for one model are two models.

    A model that nobody registered is asked with this declaration as it stands: the entry's text,
    or its image, is all of the prompt.
    """

    kind: Literal["llm"] = "llm"
    task: Task = "text"
    api: Literal["openai", "anthropic", "google", "ollama"] | None = None
    """The protocol; the provider's own where it is left out. `llm/…` needs one."""
    model: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    """As the API calls it; what stands after the slash where it is left out."""
    base_url: Url | None = None
    """Of a server that speaks the protocol; the API's own where it is left out."""
    api_key_env: KeyVariable | None = None
    """The API's usual variable (`OPENAI_API_KEY` …) where it is left out and `base_url` too."""
    system: Template | None = None
    prompt: Template = "{{text}}"
    image: bool = True
    """Whether an entry's image goes into the prompt."""
    choices: list[Label] | None = Field(default=None, min_length=2, max_length=1000)
    """The only answers; for classification the labels. Named to the model and held against it."""
    json_schema: dict[str, JsonValue] | None = None
    """What the answer has to fit (JSON Schema 2020-12); it is asked for as structured output."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    max_tokens: int | None = Field(default=None, ge=1, le=1_000_000)
    logprobs: bool = False
    """Ask for log probabilities of the answer's tokens, where the API gives them."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.choices and self.json_schema:
            raise ValueError("choices and json_schema exclude each other")
        if self.task in {"detection", "coordinates"} and self.json_schema:
            raise ValueError(f"the schema of an answer for {self.task} is given by the task")
        return self
