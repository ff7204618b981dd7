"""The base of what a person declares of a model."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$", max_length=500)]
KeyVariable = Annotated[str, StringConstraints(pattern=r"^RUNOFF_KEY_[A-Z0-9_]{1,80}$")]
"""Variable of the worker's environment that holds a secret. The secret itself is never declared:
declarations are in the log. The prefix keeps other variables from being sent to a stranger."""


class Declaration(BaseModel):
    """A part of what a person declares: an unknown field is a typing error, so it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
