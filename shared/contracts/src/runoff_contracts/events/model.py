"""Events of `runoff.model.<id>`: a model and its immutable versions."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from runoff_contracts.event import Event
from runoff_contracts.ids import Digest, ModelRef
from runoff_contracts.model_spec import ModelSpec
from runoff_contracts.task import Task


class ModelRegistered(Event):
    """A name for a model was taken."""

    subject_template: ClassVar[str] = "runoff.model.<model>"
    type: Literal["model.registered"] = "model.registered"
    version: Literal[1] = 1
    model: ModelRef
    task: Task
    registered_at: AwareDatetime


class ModelVersionAdded(Event):
    """A declaration, and a file where the model is one, were added; they never change."""

    subject_template: ClassVar[str] = "runoff.model.<model>"
    type: Literal["model.version_added"] = "model.version_added"
    version: Literal[1] = 1
    model: ModelRef
    number: int = Field(ge=1)
    digest: Digest
    """Of declaration and file together: what `scores_digest` means by this model."""
    file: Digest | None = None
    """None where the declaration says everything."""
    n_bytes: int | None = Field(default=None, ge=1)
    spec: ModelSpec
    added_at: AwareDatetime
