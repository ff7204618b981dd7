"""Events as the services write them, and a log of them: what the projector's tests read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Final, Literal

from pydantic import JsonValue

from runoff_contracts.answers import AnswerBody, Target
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.event import Event
from runoff_contracts.events.comparison import ComparisonComputed
from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
from runoff_contracts.events.entry import (
    Attempt,
    AttemptError,
    Difference,
    EntryProcessed,
    EntryScored,
    Judgement,
    PointsVerdict,
    Prediction,
    Score,
    Usage,
)
from runoff_contracts.events.lifecycle import (
    Contender,
    DatasetUsed,
    JudgeUsed,
    RunCanceled,
    RunCompleted,
    RunCreated,
    RunDeleted,
    RunEdited,
    RunPaused,
    RunResumed,
    RunStarted,
    ScorerUsed,
)
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.events.plan import PlanSealed
from runoff_contracts.events.review import EntryReviewed
from runoff_contracts.events.scorecard import ScorecardsStored
from runoff_contracts.lineage import GitState, Lineage
from runoff_contracts.model_spec import LlmSpec, OnnxSpec
from runoff_contracts.plan import Plan
from runoff_contracts.report import Metric
from runoff_contracts.run_config import RunConfig
from runoff_contracts.sequential import WatchedRun
from runoff_contracts.specs.tensors import ImageInput
from tests.unit.run_manager.given import watched

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
USAGE: Final = Usage(n_input=100, n_output=7)
LABELS: Final = ("zero", "one", "two")


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def created(run_id: str, n_entries: int, n_contenders: int = 2, **more: object) -> RunCreated:
    fields: dict[str, object] = {
        "run_id": run_id,
        "command_id": run_id,
        "task": "classification",
        "dataset": DatasetUsed(dataset="digits", number=1, digest=digest(1)),
        "entries": digest(2),
        "n_entries": n_entries,
        "contenders": [
            Contender(position=each, model=f"onnx/net-{each}", number=1, digest=digest(10 + each))
            for each in range(n_contenders)
        ],
        "scorers": [ScorerUsed(name="accuracy", version=1)],
        "config": RunConfig(),
        "priority": "normal",
        "created_at": NOW,
    }
    return RunCreated.model_validate(fields | more)


def started(run_id: str) -> RunStarted:
    return RunStarted(run_id=run_id, slice_size=2, started_at=NOW)


def completed(run_id: str, n_entries: int) -> RunCompleted:
    return RunCompleted(run_id=run_id, n_entries=n_entries, n_failed=0, completed_at=NOW)


def paused(run_id: str) -> RunPaused:
    return RunPaused(run_id=run_id, paused_at=NOW)


def resumed(run_id: str) -> RunResumed:
    return RunResumed(run_id=run_id, resumed_at=NOW)


def edited(run_id: str, alias: str | None = None, **labels: str) -> RunEdited:
    return RunEdited(run_id=run_id, alias=alias, labels=labels, edited_at=NOW)


def stored(run_id: str, metrics: dict[str, float], report: str | None = None) -> ScorecardsStored:
    """Each metric of the second contender; none has a value for the first."""
    return ScorecardsStored(
        run_id=run_id,
        scorecards=digest(40),
        n_entries=4,
        measures=["accuracy@1"],
        report=report or digest(41),
        metrics=[
            Metric(contender=place, name=name, value=each, n=4, higher_is_better=True)
            for name, value in metrics.items()
            for place, each in enumerate([None, value])
        ],
        stored_at=NOW,
    )


def paid(event: EntryProcessed, *, cost_usd: float) -> EntryProcessed:
    """The same with a price on the first contender's answer."""
    first, *others = event.predictions
    priced = first.model_copy(
        update={"cost_usd": cost_usd, "usage": Usage(n_input=100, n_output=event.index)}
    )
    return event.model_copy(update={"predictions": [priced, *others]})


LINEAGE: Final = Lineage(
    git=GitState(commit="4f1c2aa" * 5, branch="main", dirty=True, remote="example.org/a/b"),
    python="CPython 3.11.9",
    packages={"numpy": "2.3.0"},
    command="runoff run launch",
    seeds={"numpy": 7},
)
JUDGE: Final = JudgeUsed(
    scorer="judge", model="openai/gpt-4o", digest=digest(60), spec=LlmSpec(api="openai")
)


def judged(event: EntryProcessed, *, cost_usd: float) -> EntryProcessed:
    """The same with two verdicts on each contender: a paid one, and one of failed calls."""
    error = AttemptError(error_class="server", message="the server answered 500")
    points = [
        PointsVerdict.model_validate(
            {
                "repeat": repeat,
                "contenders": [each.contender],
                "attempts": [attempt(error=error if repeat else None)],
                **({} if repeat else {"points": 1, "cost_usd": cost_usd, "usage": USAGE}),
            }
        )
        for each in event.predictions
        for repeat in (0, 1)
    ]
    said = Judgement(scorer="judge", model=JUDGE.model, digest=JUDGE.digest, points=points)
    return event.model_copy(update={"judgements": [said]})


def reviewed(run_id: str, index: int, decision: str, **more: object) -> EntryReviewed:
    fields: dict[str, object] = {
        "run_id": run_id,
        "index": index,
        "entry_id": f"entry-{index}",
        "contender": 0,
        "answer_version": 1,
        "decision": decision,
        "edited": AnswerBody(label="two") if decision == "rejected" else None,
        "note": "seen \x00 twice",
        "by": "a person",
        "reviewed_at": NOW,
        "command_id": "c",
    }
    return EntryReviewed.model_validate(fields | more)


def sealed() -> PlanSealed:
    dataset = {"dataset": "digits", "number": 1, "digest": digest(1)}
    plan = Plan.model_validate({"title": "Better?", "metric": "accuracy", "dataset": dataset})
    return PlanSealed(digest=digest_of(canonical(plan)), plan=plan, sealed_at=NOW)


def given_watched(run_id: str) -> WatchedRun:
    return watched(4, 10).model_copy(update={"run_id": run_id})


def canceled(run_id: str) -> RunCanceled:
    return RunCanceled(run_id=run_id, reason="enough", canceled_at=NOW)


def deleted(run_id: str) -> RunDeleted:
    return RunDeleted(run_id=run_id, deleted_at=NOW)


def attempt(*, duration_s: float = 0.01, error: AttemptError | None = None) -> Attempt:
    return Attempt(started_at=NOW, duration_s=duration_s, error=error)


def prediction(
    contender: int, label: str | None, *, confidence: float | None = 0.5, latency_s: float = 0.01
) -> Prediction:
    error = AttemptError(error_class="exception", message="no") if label is None else None
    return Prediction(
        contender=contender,
        label=label,
        confidence=None if label is None else confidence,
        latency_s=None if label is None else latency_s,
        attempts=[attempt(duration_s=latency_s, error=error)],
    )


def processed(
    run_id: str, index: int, *labels: str | None, target: Target = "zero", **more: object
) -> EntryProcessed:
    fields: dict[str, object] = {
        "run_id": run_id,
        "index": index,
        "entry_id": f"entry-{index}",
        "target": target,
        "section": "even" if index % 2 == 0 else "odd",
        "split": "test",
        "predictions": [prediction(place, label) for place, label in enumerate(labels)],
        "worker": "worker-1",
    }
    return EntryProcessed.model_validate(fields | more)


def scored(
    run_id: str, index: int, *labels: str | None, target: Target = "zero", **more: object
) -> EntryScored:
    answers = [label for label in labels if label is not None]
    n_agree = max((answers.count(label) for label in answers), default=0)
    value = (len(answers) - n_agree) / max(len(answers) - 1, 1)
    kind = "all_match" if value == 0 else "all_different" if value == 1 else "partial"
    fields: dict[str, object] = {
        "run_id": run_id,
        "index": index,
        "entry_id": f"entry-{index}",
        "scores": [
            Score(
                contender=place,
                scorer="accuracy@1",
                value=None if label is None or target is None else float(label == target),
            )
            for place, label in enumerate(labels)
        ],
        "answers": list(labels),
        "difference": Difference(kind=kind, n_agree=n_agree, n_answers=len(answers), value=value)
        if len(answers) > 1
        else None,
        "confidence_difference": 0.0 if len(answers) > 1 else None,
    }
    return EntryScored.model_validate(fields | more)


def document(*run_ids: str) -> bytes:
    """What the API hands on without a look into it."""
    return canonical({"version": 2, "verdict": VERDICT, "runs": list(run_ids)})


VERDICT = "No winner: the difference may be chance."


def computed(*run_ids: str, settled: bool = True) -> ComparisonComputed:
    return ComparisonComputed(
        digest=digest_of(document(*run_ids)),
        scores_digest=digest(30),
        run_ids=list(run_ids),
        task="classification",
        dataset="digits",
        models=["onnx/net-0", "onnx/net-1"],
        measure="accuracy",
        verdict=VERDICT,
        winners=[0],
        certainty="not_separable",
        settled=settled,
        computed_at=NOW,
    )


class FirstComputed(Event):
    """As releases before wrote it: with the document inside."""

    subject_template: ClassVar[str] = "runoff.comparison.<digest>"
    type: Literal["comparison.computed"] = "comparison.computed"
    version: Literal[1] = 1
    digest: str
    run_ids: list[str]
    document: dict[str, JsonValue]
    computed_at: datetime


def first_computed(*run_ids: str) -> FirstComputed:
    first: dict[str, JsonValue] = {
        "version": 1,
        "scores_digest": digest(30),
        "task": "classification",
        "dataset": "digits",
        "contenders": [{"model": "onnx/net-0"}, {"model": "onnx/net-1"}],
        "verdict": VERDICT,
        "a field of then": 1.5,
    }
    return FirstComputed(
        digest=digest_of(canonical(dict(first))),
        run_ids=list(run_ids),
        document=first,
        computed_at=NOW,
    )


def dataset_events(name: str = "digits", *, number: int = 1) -> list[Event]:
    version = DatasetVersionAdded(
        dataset=name,
        number=number,
        digest=digest(number),
        n_entries=4,
        splits={"test": 3, "train": 1},
        sections={"even": 2, "odd": 2},
        added_at=NOW,
    )
    registered = DatasetRegistered(dataset=name, task="classification", registered_at=NOW)
    return [registered, version] if number == 1 else [version]


def spec() -> OnnxSpec:
    return OnnxSpec(labels=list(LABELS), input=ImageInput(size=(8, 8), color="L", layout="NF"))


def model_events(name: str = "onnx/net-0") -> list[Event]:
    return [
        ModelRegistered(model=name, task="classification", registered_at=NOW),
        ModelVersionAdded(
            model=name,
            number=1,
            digest=digest(10),
            file=digest(20),
            n_bytes=1000,
            spec=spec(),
            added_at=NOW,
        ),
    ]
