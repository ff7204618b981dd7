"""Every event that the log may hold, one file a subject."""

from runoff_contracts.event import EventTypes
from runoff_contracts.events.again import EntryAnsweredAgain, EntryAskedAgain
from runoff_contracts.events.comparison import ComparisonComputed, document_by_reference
from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
from runoff_contracts.events.entry import EntryProcessed, EntryScored
from runoff_contracts.events.lifecycle import (
    RunCanceled,
    RunCompleted,
    RunCreated,
    RunDecided,
    RunDeleted,
    RunEdited,
    RunFailed,
    RunPaused,
    RunResliced,
    RunResumed,
    RunStarted,
)
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.events.plan import PlanSealed
from runoff_contracts.events.review import EntryReviewed
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.events.uploads import PredictionsUploaded, UploadsCompleted

TYPES = EventTypes(
    DatasetRegistered,
    DatasetVersionAdded,
    ModelRegistered,
    ModelVersionAdded,
    RunCreated,
    RunStarted,
    RunResliced,
    RunPaused,
    RunResumed,
    RunEdited,
    RunDecided,
    RunCompleted,
    RunFailed,
    RunCanceled,
    RunDeleted,
    PredictionsUploaded,
    UploadsCompleted,
    EntryProcessed,
    EntryScored,
    EntryAskedAgain,
    EntryAnsweredAgain,
    EntryReviewed,
    ScorecardsStored,
    ComparisonComputed,
    PlanSealed,
)

TYPES.upcasts("comparison.computed", from_version=1)(document_by_reference)

__all__ = ["TYPES"]
