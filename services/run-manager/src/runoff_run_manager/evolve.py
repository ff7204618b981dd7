"""What the log says of a dataset, a model, a run: pure folds over their events."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from runoff_contracts.event import Event
from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
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
from runoff_contracts.params import Params
from runoff_contracts.sequential import StoppedRun, WatchedRun
from runoff_contracts.task import Status
from runoff_run_manager.errors import refusal
from runoff_run_manager.slicing import Segment


@dataclass(frozen=True)
class Dataset:
    """A dataset and its versions by number."""

    registered: DatasetRegistered
    versions: dict[int, DatasetVersionAdded] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self | None:
        """The dataset after these events; none where there are none."""
        dataset: Self | None = None
        for event in events:
            if isinstance(event, DatasetRegistered):
                dataset = cls(event)
            elif isinstance(event, DatasetVersionAdded) and dataset is not None:
                dataset = replace(dataset, versions={**dataset.versions, event.number: event})
        return dataset


@dataclass(frozen=True)
class Model:
    """A model and its versions by number."""

    registered: ModelRegistered
    versions: dict[int, ModelVersionAdded] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self | None:
        """The model after these events; none where there are none."""
        model: Self | None = None
        for event in events:
            if isinstance(event, ModelRegistered):
                model = cls(event)
            elif isinstance(event, ModelVersionAdded) and model is not None:
                model = replace(model, versions={**model.versions, event.number: event})
        return model


@dataclass(frozen=True)
class Run:
    """A run as its lifecycle has it."""

    created: RunCreated
    status: Status = Status.PENDING
    plan: tuple[Segment, ...] = ()
    """Empty until the first work was handed out."""
    alias: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    params: Params = field(default_factory=dict)
    params_version: int = 1
    """1 at launch, and one more with every change."""
    params_by: str = ""
    """Who changed them last."""
    archived: bool = False
    deleted: bool = False
    decided: WatchedRun | None = None
    """By what it was decided; nothing is handed out from then on."""
    n_asked: int | None = None
    """Entries that count, once it is completed: fewer than all where it was decided before."""

    @property
    def n_entries(self) -> int:
        """Entries that it is about."""
        return self.n_asked or self.created.n_entries

    @property
    def stopped(self) -> StoppedRun | None:
        """Where its entries, or those that it took over, ended when they were decided."""
        if self.decided is None or self.n_entries == self.created.n_entries:
            return self.created.stopped
        return StoppedRun(
            run_id=self.run_id,
            n_entries=self.n_entries,
            n_planned=self.created.n_entries,
            watched=self.decided,
        )

    @property
    def run_id(self) -> str:
        """Its id."""
        return self.created.run_id

    def waits(self, now: datetime) -> bool:
        """Whether its first work is not to be handed out before a time that is still to come."""
        start_at = self.created.start_at
        return not self.plan and start_at is not None and start_at > now

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self | None:
        """The run after these events; none where there are none."""
        run: Self | None = None
        for event in events:
            if isinstance(event, RunCreated):
                run = cls(event, alias=event.alias, labels=event.labels, params=event.params)
            elif run is not None:
                run = run.after(event)
        return run

    def after(self, event: Event) -> Self:
        """The run after one more event."""
        match event:
            case RunStarted():
                segment = Segment(0, 0, event.slice_size)
                return replace(self, status=Status.RUNNING, plan=(segment,))
            case RunResliced():
                segment = Segment(event.first_slice, event.from_entry, event.slice_size)
                return replace(self, plan=(*self.plan, segment))
            case RunPaused():
                return replace(self, status=Status.PAUSED)
            case RunResumed():
                return replace(self, status=Status.RUNNING if self.plan else Status.PENDING)
            case RunEdited():
                return self._edited(event)
            case RunDecided():
                return replace(self, decided=event.watched)
            case RunCompleted():
                return replace(self, status=Status.COMPLETED, n_asked=event.n_entries)
            case RunFailed():
                return replace(self, status=Status.FAILED)
            case RunCanceled():
                return replace(self, status=Status.CANCELED)
            case RunDeleted():
                return replace(self, deleted=True)
            case _:
                return self

    def _edited(self, event: RunEdited) -> Self:
        run = replace(self, alias=event.alias, labels=event.labels)
        if event.archived is not None:
            run = replace(run, archived=event.archived)
        if event.params is None:
            return run
        return replace(
            run,
            params=event.params,
            params_version=self.params_version + 1,
            params_by=event.by,
        )


def known(run_id: str, run: Run | None) -> Run:
    """The run, where there is one and nobody deleted it."""
    if run is None or run.deleted:
        raise refusal("unknown-run", f"There is no run {run_id}", 404)
    return run
