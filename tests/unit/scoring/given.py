"""Runs and answers, as short as a table: one row an entry, one column a contender."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.comparison_asked import ComparisonAsked, ContenderMeant
from runoff_contracts.envelope import Origin, batch
from runoff_contracts.events.entry import (
    Attempt,
    AttemptError,
    EntryProcessed,
    EntryScored,
    Prediction,
)
from runoff_contracts.events.lifecycle import Contender, DatasetUsed, RunCreated, ScorerUsed
from runoff_contracts.ids import new_run_id
from runoff_contracts.run_config import RunConfig
from runoff_contracts.task import Status
from runoff_eventlog.message import Message
from runoff_scoring.comparing.document import make_comparison
from runoff_scoring.comparing.taken import RunTaken
from runoff_scoring.entries import score_slice
from runoff_scoring.gathering import Gathered
from runoff_scoring.report import EntryPart, parts_of
from runoff_scoring.scorecards import Scorecards
from runoff_scoring.scorers import SCORERS

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN_ID: Final = new_run_id(now_s=0)

Row = tuple[str | None, Sequence[str | None]]
"""Target, and what each contender answered."""


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def created(n_entries: int, n_contenders: int = 2, **named: Any) -> RunCreated:  # any field
    fields = {
        "run_id": RUN_ID,
        "command_id": "c1",
        "task": "classification",
        "dataset": DatasetUsed(dataset="digits", number=1, digest=digest(1)),
        "entries": digest(2),
        "n_entries": n_entries,
        "contenders": [
            Contender(position=each, model=f"onnx/{name}", number=1, digest=digest(10 + each))
            for each, name in enumerate("abcdefghijklmnop"[:n_contenders])
        ],
        "scorers": [ScorerUsed(name="accuracy", version=1)],
        "config": RunConfig(),
        "priority": "normal",
        "created_at": NOW,
    }
    return RunCreated.model_validate(fields | named)


def prediction(
    label: str | None,
    *,
    contender: int = 0,
    confidence: float | None = None,
    latency_s: float = 0.01,
    n_failed: int = 0,
) -> Prediction:
    error = AttemptError(error_class="exception", message="no")
    attempts = [Attempt(started_at=NOW, duration_s=latency_s, error=error)] * n_failed
    last = Attempt(started_at=NOW, duration_s=latency_s, error=error if label is None else None)
    return Prediction(
        contender=contender,
        label=label,
        confidence=confidence,
        latency_s=None if label is None else latency_s,
        attempts=[*attempts, last],
    )


def processed(index: int, row: Row, **named: Any) -> EntryProcessed:  # any part of a prediction
    target, answers = row
    return EntryProcessed(
        run_id=RUN_ID,
        index=index,
        entry_id=f"entry-{index:03}",
        target=target,
        predictions=[
            prediction(label, contender=place, **named) for place, label in enumerate(answers)
        ],
        worker="worker-1",
    )


def sure(entry: EntryProcessed, low: float, gap: float | None) -> EntryProcessed:
    """With confidences that lie so far apart, or without any."""
    confidences = [None] * 3 if gap is None else [low, low, low + gap]
    predictions = [
        each.model_copy(update={"confidence": confidence})
        for each, confidence in zip(entry.predictions, confidences, strict=True)
    ]
    return entry.model_copy(update={"predictions": predictions})


def parts(entries: Sequence[EntryProcessed]) -> list[EntryPart]:
    """As the report reads them from a slice of the log."""
    origin = Origin(source="runoff/tests", time=NOW)
    events = [(str(entry.index), entry) for entry in entries]
    subject = "runoff.run.r.slice.0.processed"
    return parts_of(Message(1, subject, *batch(events, id_="s", origin=origin, subject=subject)))


def scored(rows: Sequence[Row], **named: Any) -> list[EntryScored]:  # as `processed`
    entries = [processed(index, row, **named) for index, row in enumerate(rows)]
    return [event for _, event in score_slice(entries, [SCORERS["accuracy", 1].with_params({})])]


def cards(rows: Sequence[Row], **named: Any) -> tuple[RunCreated, Scorecards]:  # as `processed`
    run = created(len(rows), len(rows[0][1]))
    return run, Scorecards.of(run, scored(rows, **named))


def taken(rows: Sequence[Row], *, run: RunCreated | None = None, **named: Any) -> RunTaken:
    """A completed run, as a comparison takes it. `named` is any part of a prediction."""
    run = run or created(len(rows), len(rows[0][1]))
    entries = [processed(index, row, **named) for index, row in enumerate(rows)]
    return taken_of(run, entries)


def taken_of(run: RunCreated, entries: Sequence[EntryProcessed]) -> RunTaken:
    """The same of entries that are given."""
    ready = [SCORERS[each.name, each.version].with_params(each.params) for each in run.scorers]
    gathered = Gathered(run)
    gathered.add_processed(entries)
    gathered.add_scored([event for _, event in score_slice(entries, ready)])
    return RunTaken(
        created=run,
        status=Status.COMPLETED,
        alias=run.alias,
        labels=run.labels,
        started_at=NOW,
        ended_at=NOW,
        record=gathered.record(),
    )


def asked(*runs: RunTaken, **options: Any) -> ComparisonAsked:  # any option
    """Every contender of these runs."""
    contenders = [
        ContenderMeant(run_id=run.run_id, position=each.position)
        for run in runs
        for each in run.created.contenders
    ]
    return ComparisonAsked.model_validate({"contenders": contenders, **options})


def compare(*runs: RunTaken, **options: Any) -> ComparisonDocument:  # any option
    return make_comparison(asked(*runs, **options), runs).document


def compared(rows: Sequence[Row], **named: Any) -> ComparisonDocument:  # as `taken`
    """The comparison of one run's contenders by every default."""
    return compare(taken(rows, **named))


def paired_rows(both: int, only_a: int, only_b: int, neither: int) -> list[Row]:
    """Rows whose two contenders are right as often as a two-by-two table says."""
    return [
        *[("x", ("x", "x"))] * both,
        *[("x", ("x", "y"))] * only_a,
        *[("x", ("y", "x"))] * only_b,
        *[("x", ("y", "z"))] * neither,
    ]
