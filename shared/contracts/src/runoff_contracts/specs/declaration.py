"""The base of what a person declares of a model."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _without_secret(url: str) -> str:
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise ValueError("has a name or password in it; declarations are in the log for ever")
    return url


Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s?#]+$", max_length=500),
    AfterValidator(_without_secret),
]
KeyVariable = Annotated[str, StringConstraints(pattern=r"^RUNOFF_KEY_[A-Z0-9_]{1,80}$")]
"""Variable of the worker's environment that holds a secret. The secret itself is never declared:
declarations are in the log. The prefix keeps other variables from being sent to a stranger."""


class Declaration(BaseModel):
    """A part of what a person declares: an unknown field is a typing error, so it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
