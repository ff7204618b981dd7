"""Runs of random answers, as the report sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runoff_contracts.answers import Box, Point, Target
from runoff_contracts.events.entry import Attempt, AttemptError, EntryProcessed, Prediction
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.report import Metric, Report
from runoff_contracts.scorers import DEFAULT_SCORERS
from runoff_contracts.task import Task
from runoff_scoring.entries import score_slice
from runoff_scoring.report import Columns, Evidence, Unscored, make_report
from runoff_scoring.scorecards import Scorecards
from runoff_scoring.scorers import SCORERS
from tests.unit.scoring import given

OF_TASK = {**DEFAULT_SCORERS, "classification": ("accuracy", "log_loss", "brier", "top_k")}
"""Those of a task, and for classification all that need no choice."""

_ERROR = AttemptError(error_class="exception", message="no")


def answer(
    *,
    label: str | None = None,
    confidence: float | None = None,
    probabilities: Mapping[str, float] | None = None,
    boxes: Sequence[Box] | None = None,
    point: Point | None = None,
) -> Prediction:
    """One contender's prediction; failed where nothing is answered."""
    failed = label is None and boxes is None and point is None
    return Prediction(
        contender=0,
        label=label,
        confidence=confidence,
        probabilities=None if probabilities is None else dict(probabilities),
        boxes=None if boxes is None else list(boxes),
        point=point,
        attempts=[Attempt(started_at=given.NOW, duration_s=0.01, error=_ERROR if failed else None)],
    )


def entries_of(
    rows: Sequence[tuple[Target, Prediction]], sections: Sequence[str] = ()
) -> list[EntryProcessed]:
    """Entries with these targets and the predictions of one contender."""
    return [
        EntryProcessed(
            run_id=given.RUN_ID,
            index=index,
            entry_id=f"e{index}",
            target=target,
            section=sections[index] if sections else None,
            predictions=[prediction],
            worker="w",
        )
        for index, (target, prediction) in enumerate(rows)
    ]


def evidence(
    task: Task, entries: Sequence[EntryProcessed], scorers: Sequence[str] | None = None
) -> Evidence:
    """A run of one contender over these entries, with these scorers or those of its task."""
    used = [ScorerUsed(name=name, version=1) for name in scorers or OF_TASK[task]]
    created = given.created(len(entries), 1, task=task, scorers=used)
    ready = [SCORERS[each.name, each.version].with_params({}) for each in used]
    scored = [event for _, event in score_slice(entries, ready)]
    columns, unscored = Columns(created), Unscored()
    columns.add(given.parts(entries))
    unscored.add(scored)
    return Evidence(created, Scorecards.of(created, scored), columns, unscored)


def report(
    task: Task,
    rows: Sequence[tuple[Target, Prediction]],
    sections: Sequence[str] = (),
    *,
    scorers: Sequence[str] | None = None,
) -> Report:
    """What is said of such a run."""
    return make_report(evidence(task, entries_of(rows, sections), scorers))


def named(metrics: Sequence[Metric], name: str) -> Metric:
    """The metric of a name."""
    (found,) = [each for each in metrics if each.name == name]
    return found


def value(metrics: Sequence[Metric], name: str) -> float:
    """Its value, which there has to be."""
    found = named(metrics, name)
    assert found.value is not None, found.reason
    return found.value
