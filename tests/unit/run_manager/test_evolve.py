"""What the log says of a dataset, a model, a run."""

from __future__ import annotations

import pytest

from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import RunResliced
from runoff_contracts.task import Status
from runoff_run_manager.evolve import Dataset, Model, Run
from runoff_run_manager.slicing import Segment
from tests.unit.run_manager import given


def test_nothing_comes_of_no_events() -> None:
    """An unknown id is not an empty thing."""
    assert (Run.of([]), Dataset.of([]), Model.of([])) == (None, None, None)


def test_events_before_the_first_fact_are_no_run() -> None:
    """A log that lost its beginning must not give half a run."""
    assert Run.of([given.started(), given.completed()]) is None
    assert Dataset.of([given.dataset_version(1)]) is None
    assert Model.of([given.model_version(1)]) is None


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([], Status.PENDING),
        ([given.started()], Status.RUNNING),
        ([given.started(), given.completed()], Status.COMPLETED),
        ([given.started(), given.failed()], Status.FAILED),
        ([given.canceled()], Status.CANCELED),
        ([given.paused()], Status.PAUSED),
        ([given.started(), given.paused()], Status.PAUSED),
        ([given.paused(), given.resumed()], Status.PENDING),
        ([given.started(), given.paused(), given.resumed()], Status.RUNNING),
        ([given.started(), given.paused(), given.failed()], Status.FAILED),
    ],
)
def test_the_last_word_is_the_status(events: list[Event], status: Status) -> None:
    """One table: what each event makes of a run."""
    assert given.run_after(*events).status is status


def test_deleting_keeps_the_status() -> None:
    """The log keeps what happened; only views leave the run out."""
    run = given.run_after(given.started(), given.completed(), given.deleted())

    assert run.deleted
    assert run.status is Status.COMPLETED


def test_the_plan_is_in_the_log() -> None:
    """A dispatcher that starts anew cuts where its predecessor did."""
    resliced = RunResliced(
        run_id=given.RUN_ID, first_slice=3, from_entry=24, slice_size=100, resliced_at=given.NOW
    )

    assert given.run_after(given.started(8), resliced).plan == (
        Segment(0, 0, 8),
        Segment(3, 24, 100),
    )


def test_versions_are_held_by_number() -> None:
    """In whatever order they were added."""
    dataset, model = given.dataset(1, 2), given.model(2, 1)

    assert dataset is not None
    assert model is not None
    assert sorted(dataset.versions) == sorted(model.versions) == [1, 2]
