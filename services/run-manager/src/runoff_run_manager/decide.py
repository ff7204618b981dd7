"""What a command leads to: pure functions from what is known to events, or a refusal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from runoff_contracts.commands import (
    CancelRun,
    CreateRun,
    DeleteRun,
    RegisterDataset,
    RegisterModel,
)
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.event import Event
from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
from runoff_contracts.events.lifecycle import (
    Contender,
    DatasetUsed,
    RunCanceled,
    RunCreated,
    RunDeleted,
    ScorerUsed,
)
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.task import Status, Task
from runoff_run_manager.errors import refusal
from runoff_run_manager.evolve import Dataset, Model, Run

REGISTERED_PROVIDERS = ("onnx",)
"""Providers whose models are files that must be registered before a run can name them."""
DIRECT_PROVIDERS = ("python",)
"""Providers whose models are named by what they are."""
_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FUNCTION = re.compile(r"[\w.]+:\w+")
SCORERS: dict[Task, tuple[ScorerUsed, ...]] = {
    "classification": (ScorerUsed(name="accuracy", version=1),)
}


@dataclass(frozen=True)
class Entries:
    """The entry set that a run will ask about."""

    digest: str
    n_entries: int


def register_dataset(
    command: RegisterDataset, dataset: Dataset | None, *, now: datetime
) -> list[Event]:
    """Add a version; the same content again says nothing new."""
    events: list[Event] = []
    if dataset is None:
        events.append(
            DatasetRegistered(dataset=command.dataset, task=command.task, registered_at=now)
        )
    elif dataset.registered.task != command.task:
        raise refusal(
            "task-differs",
            f"Dataset {command.dataset} is for {dataset.registered.task}",
            409,
            field="task",
            hint=f"give task {dataset.registered.task}, or choose another name",
        )
    elif any(version.digest == command.entries for version in dataset.versions.values()):
        return []
    number = 1 + max(dataset.versions, default=0) if dataset else 1
    events.append(
        DatasetVersionAdded(
            dataset=command.dataset,
            number=number,
            digest=command.entries,
            n_entries=command.n_entries,
            splits=command.splits,
            sections=command.sections,
            added_at=now,
        )
    )
    return events


def register_model(command: RegisterModel, model: Model | None, *, now: datetime) -> list[Event]:
    """Add a version; the same file with the same declaration again says nothing new."""
    provider, _, name = command.model.partition("/")
    if provider not in REGISTERED_PROVIDERS or not _MODEL_NAME.fullmatch(name):
        raise refusal(
            "bad-model-name",
            f"{command.model!r} cannot be registered",
            422,
            field="model",
            hint=f"{REGISTERED_PROVIDERS[0]}/ and up to 100 letters, digits, dots, dashes and "
            f"underscores, without @version",
        )
    spec = command.spec.model_dump(mode="json")
    digest = digest_of(canonical({"file": command.file, "spec": spec}))
    events: list[Event] = []
    if model is None:
        task = command.spec.task
        events.append(ModelRegistered(model=command.model, task=task, registered_at=now))
    elif any(version.digest == digest for version in model.versions.values()):
        return []
    number = 1 + max(model.versions, default=0) if model else 1
    events.append(
        ModelVersionAdded(
            model=command.model,
            number=number,
            digest=digest,
            file=command.file,
            n_bytes=command.n_bytes,
            spec=command.spec,
            added_at=now,
        )
    )
    return events


def version_meant(reference: str, dataset: Dataset | None) -> DatasetVersionAdded:
    """The version that `name@number` or `name@digest` means; the newest where none is named."""
    name, _, wanted = reference.partition("@")
    if dataset is None or not dataset.versions:
        raise refusal(
            "unknown-dataset",
            f"There is no dataset {name!r}",
            422,
            field="dataset",
            hint="the name of a registered dataset, or name@version",
        )
    if not wanted:
        return dataset.versions[max(dataset.versions)]
    for number, version in dataset.versions.items():
        if wanted in {str(number), version.digest}:
            return version
    known = ", ".join(str(number) for number in sorted(dataset.versions))
    raise refusal(
        "unknown-dataset",
        f"Dataset {name!r} has no version {wanted!r}",
        422,
        field="dataset",
        hint=f"one of the versions {known}",
    )


def contender(reference: str, model: Model | None, *, position: int) -> Contender:
    """One model of a run, pinned to a version.

    Args:
        reference: `provider/name`, with `@number` where one version is meant.
        model: What the log has under that name; none for what needs no registration.
    """
    name, _, wanted = reference.partition("@")
    provider = name.partition("/")[0]
    field = f"models.{position}"
    if provider in DIRECT_PROVIDERS:
        if wanted or not _FUNCTION.fullmatch(name.partition("/")[2]):
            raise refusal(
                "unknown-model",
                f"{reference!r} names no function",
                422,
                field=field,
                hint="python/module:function, without @version",
            )
        return Contender(position=position, model=name, digest=digest_of(name.encode()))
    if provider not in REGISTERED_PROVIDERS:
        known = ", ".join(f"{each}/…" for each in (*REGISTERED_PROVIDERS, *DIRECT_PROVIDERS))
        raise refusal(
            "unknown-provider", f"No provider for {reference!r}", 422, field=field, hint=known
        )
    if model is None:
        raise refusal(
            "unknown-model",
            f"There is no model {name!r}",
            422,
            field=field,
            hint="the name of a registered model; `runoff model list` shows them",
        )
    number = int(wanted) if wanted.isdecimal() else max(model.versions)
    version = model.versions.get(number)
    if version is None or (wanted and not wanted.isdecimal()):
        known = ", ".join(str(each) for each in sorted(model.versions))
        raise refusal(
            "unknown-model",
            f"Model {name!r} has no version {wanted!r}",
            422,
            field=field,
            hint=f"one of the versions {known}",
        )
    return Contender(
        position=position,
        model=name,
        number=number,
        digest=version.digest,
        file=version.file,
        spec=version.spec,
    )


def create_run(
    command: CreateRun,
    run: Run | None,
    *,
    version: DatasetVersionAdded,
    task: Task,
    entries: Entries,
    contenders: Sequence[Contender],
    now: datetime,
) -> list[Event]:
    """Launch a run; the same command again finds the run that it made."""
    if run is not None:
        if run.created.command_id == command.command_id:
            return []
        raise refusal("run-exists", f"Run {command.run_id} exists", 409, field="run_id")
    seen: set[str] = set()
    for each in contenders:
        if each.digest in seen:
            raise refusal(
                "duplicate-model",
                f"{each.model} is named twice",
                422,
                field=f"models.{each.position}",
                hint="each model once: a run compares different models",
            )
        seen.add(each.digest)
    return [
        RunCreated(
            run_id=command.run_id,
            command_id=command.command_id,
            task=task,
            dataset=DatasetUsed(
                dataset=version.dataset, number=version.number, digest=version.digest
            ),
            selection=command.selection,
            entries=entries.digest,
            n_entries=entries.n_entries,
            contenders=list(contenders),
            scorers=list(SCORERS[task]),
            config=command.config,
            priority=command.priority,
            alias=command.alias,
            labels=command.labels,
            created_at=now,
        )
    ]


def cancel_run(command: CancelRun, run: Run | None, *, now: datetime) -> list[Event]:
    """Stop a run that has not settled; stopping a stopped one says nothing new."""
    run = _known(command.run_id, run)
    match run.status:
        case Status.CANCELED:
            return []
        case Status.COMPLETED | Status.FAILED:
            raise refusal(
                "run-settled", f"Run {run.run_id} is {run.status}", 409, hint="it is over already"
            )
        case _:
            return [RunCanceled(run_id=run.run_id, reason=command.reason, canceled_at=now)]


def delete_run(command: DeleteRun, run: Run | None, *, now: datetime) -> list[Event]:
    """Take a settled run out of every view; deleting a deleted one says nothing new."""
    if run is not None and run.deleted:
        return []
    run = _known(command.run_id, run)
    if not run.status.settled:
        raise refusal(
            "run-active",
            f"Run {run.run_id} is {run.status}",
            409,
            hint="cancel it first, then delete it",
        )
    return [RunDeleted(run_id=run.run_id, deleted_at=now)]


def _known(run_id: str, run: Run | None) -> Run:
    if run is None or run.deleted:
        raise refusal("unknown-run", f"There is no run {run_id}", 404)
    return run
