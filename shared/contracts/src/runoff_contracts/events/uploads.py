"""Events of `runoff.run.<run>.uploads`: predictions that came while the run was under way.

Only run-manager writes them. They stand beside the lifecycle, so that neither waits for the other.
"""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from runoff_contracts.event import Event
from runoff_contracts.ids import Digest, RunId
from runoff_contracts.pushed import Marked


class PredictionsUploaded(Event):
    """A batch of predictions for a live contender of a run."""

    subject_template: ClassVar[str] = "runoff.run.<run>.uploads"
    type: Literal["predictions.uploaded"] = "predictions.uploaded"
    version: Literal[1] = 1
    run_id: RunId
    contender: int = Field(ge=0)
    file: Digest
    """JSON lines in the shape of `UploadedAnswer`, found by entry id; it may hold rows besides
    that were there before."""
    rows: Marked
    """The entries that had no answer before."""
    uploaded_at: AwareDatetime


class UploadsCompleted(Event):
    """Nothing more comes for a live contender: entries without a prediction fail."""

    subject_template: ClassVar[str] = "runoff.run.<run>.uploads"
    type: Literal["uploads.completed"] = "uploads.completed"
    version: Literal[1] = 1
    run_id: RunId
    contender: int = Field(ge=0)
    completed_at: AwareDatetime
