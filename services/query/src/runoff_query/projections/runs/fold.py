"""What a batch of facts does to runs, as changes to be written: pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from runoff_contracts.events.lifecycle import (
    RunCanceled,
    RunCompleted,
    RunCreated,
    RunDecided,
    RunEdited,
    RunFailed,
    RunPaused,
    RunResliced,
    RunResumed,
    RunStarted,
)
from runoff_contracts.events.review import EntryReviewed
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.events.uploads import PredictionsUploaded, UploadsCompleted
from runoff_contracts.task import Status
from runoff_query.recorded import JudgeTally, ProcessedSlice, Recorded, ScoredSlice, Tally, storable

RESUMED = "resumed"
"""In place of a status: the one before the pause, which the batch may not hold."""


@dataclass
class RunChange:
    """How one run goes on: what is None stays as it is, counts are added."""

    seq: int = 0
    status: str | None = None
    started_at: datetime | None = None
    settled_at: datetime | None = None
    reason: str | None = None
    n_processed: int = 0
    n_failed: int = 0
    n_scored: int = 0
    edited: RunEdited | None = None
    """The newest: alias and labels are as it says, none included."""
    archived: bool | None = None
    report: str | None = None
    n_asked: int | None = None
    """Of a run that ended before it asked every entry."""


@dataclass
class UploadsChange:
    """What was pushed for a contender."""

    n_uploaded: int = 0
    complete: bool = False


@dataclass
class Changes:
    """Everything that a batch does to runs."""

    created: list[tuple[int, RunCreated]] = field(default_factory=list)
    runs: dict[str, RunChange] = field(default_factory=dict)
    tallies: dict[tuple[str, int], Tally] = field(default_factory=dict)
    judged: dict[tuple[str, str], JudgeTally] = field(default_factory=dict)
    """By run and scorer."""
    uploads: dict[tuple[str, int], UploadsChange] = field(default_factory=dict)
    reported: dict[tuple[str, int, str], float] = field(default_factory=dict)
    """Metrics that reports gave, by run, contender and name."""


def fold(facts: Iterable[Recorded]) -> Changes:
    """Fold facts, in order of the log, into one change a run and one tally a contender."""
    changes = Changes()
    for fact in facts:
        match fact.content:
            case RunCreated() as event:
                changes.created.append((fact.seq, event))
            case ProcessedSlice() as part:
                change = _touch(changes, part.run_id, fact.seq)
                change.n_processed += len(part.index)
                change.n_failed += sum(part.failed)
                _count(changes, part.run_id, part.tallies)
                for scorer, tally in part.judged.items():
                    key = (part.run_id, storable(scorer))
                    changes.judged.setdefault(key, JudgeTally()).add(tally)
            case ScoredSlice() as part:
                _touch(changes, part.run_id, fact.seq).n_scored += len(part.index)
                _count(changes, part.run_id, part.tallies)
            case _:
                _proceed(changes, fact)
    return changes


def _proceed(changes: Changes, fact: Recorded) -> None:
    match fact.content:
        case RunStarted() as event:
            change = _touch(changes, event.run_id, fact.seq)
            change.status, change.started_at = Status.RUNNING, event.started_at
        case RunResliced() | EntryReviewed() as event:
            _touch(changes, event.run_id, fact.seq)
        case PredictionsUploaded() as event:
            _touch(changes, event.run_id, fact.seq)
            _uploads(changes, event.run_id, event.contender).n_uploaded += event.rows.n
        case UploadsCompleted() as event:
            _touch(changes, event.run_id, fact.seq)
            _uploads(changes, event.run_id, event.contender).complete = True
        case RunDecided() as event:
            _touch(changes, event.run_id, fact.seq)
        case RunPaused() as event:
            _touch(changes, event.run_id, fact.seq).status = Status.PAUSED
        case RunResumed() as event:
            _touch(changes, event.run_id, fact.seq).status = RESUMED
        case RunEdited() as event:
            change = _touch(changes, event.run_id, fact.seq)
            change.edited = event
            change.archived = change.archived if event.archived is None else event.archived
        case ScorecardsStored() as event if event.report is not None:
            _touch(changes, event.run_id, fact.seq).report = event.report
            for metric in event.metrics:
                if metric.value is not None:
                    key = (event.run_id, metric.contender, storable(metric.name))
                    changes.reported[key] = metric.value
        case RunCompleted() as event:
            change = _touch(changes, event.run_id, fact.seq)
            change.status, change.settled_at = Status.COMPLETED, event.completed_at
            change.n_asked = event.n_entries if event.n_planned is not None else None
        case RunFailed() as event:
            change = _touch(changes, event.run_id, fact.seq)
            change.status, change.settled_at = Status.FAILED, event.failed_at
            change.reason = storable(event.reason)
        case RunCanceled() as event:
            change = _touch(changes, event.run_id, fact.seq)
            change.status, change.settled_at = Status.CANCELED, event.canceled_at
            change.reason = storable(event.reason) or None


def _touch(changes: Changes, run_id: str, seq: int) -> RunChange:
    change = changes.runs.setdefault(run_id, RunChange())
    change.seq = seq
    return change


def _uploads(changes: Changes, run_id: str, position: int) -> UploadsChange:
    return changes.uploads.setdefault((run_id, position), UploadsChange())


def _count(changes: Changes, run_id: str, tallies: dict[int, Tally]) -> None:
    for position, more in tallies.items():
        changes.tallies.setdefault((run_id, position), Tally()).add(more)
