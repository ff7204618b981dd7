"""What was said before: events and commands with everything filled in that a test does not name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from runoff_contracts.commands import (
    CancelRun,
    CreateRun,
    DeleteRun,
    RegisterDataset,
    RegisterModel,
    RepeatRun,
)
from runoff_contracts.event import Event
from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
from runoff_contracts.events.lifecycle import (
    Contender,
    DatasetUsed,
    RunCanceled,
    RunCompleted,
    RunCreated,
    RunDecided,
    RunDeleted,
    RunFailed,
    RunPaused,
    RunResumed,
    RunStarted,
    ScorerUsed,
)
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.ids import new_run_id
from runoff_contracts.model_spec import (
    BrowserSpec,
    LlmSpec,
    OipSpec,
    OipTextSpec,
    OnnxSpec,
    UploadSpec,
)
from runoff_contracts.run_config import RunConfig
from runoff_contracts.sequential import WatchedPair, WatchedRun
from runoff_contracts.specs.tensors import ImageInput
from runoff_run_manager.active import ActiveRun
from runoff_run_manager.evolve import Dataset, Model, Run

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER: Final = datetime(2026, 11, 21, 13, tzinfo=UTC)
RUN_ID: Final = new_run_id(now_s=0)
SPEC: Final = OnnxSpec(labels=["0", "1"], input=ImageInput(size=(8, 8), color="L"))

OIP: Final = OipSpec(
    url="http://127.0.0.1:8080",
    model="net",
    labels=["0", "1"],
    input=ImageInput(size=(8, 8), color="L"),
)
OIP_TEXT: Final = OipTextSpec(url="http://127.0.0.1:8080", model="words", task="text")
LLM: Final = LlmSpec(prompt="{{text}}?")
UPLOAD: Final = UploadSpec(task="coordinates", n_answers=3)
BROWSER: Final = BrowserSpec(
    task="text", url="http://127.0.0.1:8080", text_input="#question", answer="#answer"
)

Fields = Any  # what a test names of an event; pydantic checks it


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def register_dataset(**named: Fields) -> RegisterDataset:
    fields = {
        "command_id": "c1",
        "sent_at": NOW,
        "dataset": "digits",
        "task": "classification",
        "entries": digest(1),
        "n_entries": 10,
        "splits": {},
        "sections": {},
    }
    return RegisterDataset.model_validate(fields | named)


def register_model(**named: Fields) -> RegisterModel:
    fields = {
        "command_id": "c1",
        "sent_at": NOW,
        "model": "onnx/net",
        "file": digest(5),
        "n_bytes": 100,
        "spec": SPEC,
    }
    return RegisterModel.model_validate(fields | named)


def create_run(**named: Fields) -> CreateRun:
    fields = {
        "command_id": "c1",
        "sent_at": NOW,
        "run_id": RUN_ID,
        "dataset": "digits",
        "models": ["onnx/net", "python/m:f"],
    }
    return CreateRun.model_validate(fields | named)


def repeat_run(**named: Fields) -> RepeatRun:
    fields = {
        "command_id": "again",
        "sent_at": NOW,
        "run_id": new_run_id(now_s=2),
        "of": RUN_ID,
        "what": "failed",
    }
    return RepeatRun.model_validate(fields | named)


def cancel_run() -> CancelRun:
    return CancelRun(command_id="c2", sent_at=NOW, run_id=RUN_ID, reason="enough")


def delete_run() -> DeleteRun:
    return DeleteRun(command_id="c3", sent_at=NOW, run_id=RUN_ID)


def dataset_registered() -> DatasetRegistered:
    return DatasetRegistered(dataset="digits", task="classification", registered_at=NOW)


def dataset_version(number: int) -> DatasetVersionAdded:
    return DatasetVersionAdded(
        dataset="digits", number=number, digest=digest(number), n_entries=10, added_at=NOW
    )


def dataset(*numbers: int) -> Dataset | None:
    return Dataset.of([dataset_registered(), *map(dataset_version, numbers)])


def model_registered() -> ModelRegistered:
    return ModelRegistered(model="onnx/net", task="classification", registered_at=NOW)


def model_version(number: int) -> ModelVersionAdded:
    return ModelVersionAdded(
        model="onnx/net",
        number=number,
        digest=digest(50 + number),
        file=digest(5),
        n_bytes=100,
        spec=SPEC,
        added_at=NOW,
    )


def model(*numbers: int) -> Model | None:
    return Model.of([model_registered(), *map(model_version, numbers)])


def contender(position: int, *, number: int = 1) -> Contender:
    return Contender(
        position=position, model=f"onnx/net-{position}", number=number, digest=digest(10 + position)
    )


def created(n_entries: int = 10, n_contenders: int = 2, **named: Fields) -> RunCreated:
    fields = {
        "run_id": RUN_ID,
        "command_id": "c1",
        "task": "classification",
        "dataset": DatasetUsed(dataset="digits", number=1, digest=digest(1)),
        "entries": digest(2),
        "n_entries": n_entries,
        "contenders": [contender(position) for position in range(n_contenders)],
        "scorers": [ScorerUsed(name="accuracy", version=1)],
        "config": RunConfig(),
        "priority": "normal",
        "created_at": NOW,
    }
    return RunCreated.model_validate(fields | named)


def started(slice_size: int = 8) -> RunStarted:
    return RunStarted(run_id=RUN_ID, slice_size=slice_size, started_at=NOW)


def completed() -> RunCompleted:
    return RunCompleted(run_id=RUN_ID, n_entries=10, n_failed=0, completed_at=NOW)


def watched(n: int = 8, n_entries: int = 10) -> WatchedRun:
    """What decided a run of two models."""
    pair = WatchedPair(
        a=0,
        b=1,
        n_both=n,
        difference=0.5,
        interval=(0.1, 0.9),
        p_value=0.01,
        decided="a_better",
    )
    return WatchedRun(
        run_id=RUN_ID,
        models=["onnx/net-0@1", "onnx/net-1@1"],
        n=n,
        n_entries=n_entries,
        metric="accuracy",
        higher_is_better=True,
        confidence=0.95,
        method="anytime-valid",
        shuffled=True,
        pairs=[pair],
        decided=True,
        sentence="After 8 of 10 entries onnx/net-0@1 is better.",
    )


def decided(n: int = 8, n_entries: int = 10) -> RunDecided:
    return RunDecided(run_id=RUN_ID, watched=watched(n, n_entries), decided_at=NOW)


def failed() -> RunFailed:
    return RunFailed(run_id=RUN_ID, reason="nothing answered", failed_at=NOW)


def canceled() -> RunCanceled:
    return RunCanceled(run_id=RUN_ID, canceled_at=NOW)


def paused() -> RunPaused:
    return RunPaused(run_id=RUN_ID, paused_at=NOW)


def resumed() -> RunResumed:
    return RunResumed(run_id=RUN_ID, resumed_at=NOW)


def deleted() -> RunDeleted:
    return RunDeleted(run_id=RUN_ID, deleted_at=NOW)


def run_after(*events: Event) -> Run:
    run = Run.of([created(), *events])
    assert run is not None
    return run


def run_created(**named: Fields) -> Run:
    run = Run.of([created(**named)])
    assert run is not None
    return run


def active_run(
    n_entries: int, *, slice_size: int | None = None, n_contenders: int = 2, **config: Fields
) -> ActiveRun:
    """A run under way; without a slice size it is not started."""
    begin = created(n_entries, n_contenders, config=RunConfig.model_validate(config))
    run = Run.of([begin] if slice_size is None else [begin, started(slice_size)])
    assert run is not None
    return ActiveRun(run, seq=2)
