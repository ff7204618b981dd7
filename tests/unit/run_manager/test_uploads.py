"""Predictions that are pushed to a run: what is taken, and which slices they set free."""

from __future__ import annotations

from typing import Any

import pytest

from runoff_contracts.commands import CompleteUploads, UploadPredictions
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import AnswersTaken, Contender, RunResliced
from runoff_contracts.events.uploads import PredictionsUploaded, UploadsCompleted
from runoff_contracts.model_spec import UploadSpec
from runoff_contracts.pushed import Marked
from runoff_run_manager.active import ActiveRun
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Run
from runoff_run_manager.uploads import Uploads, complete_uploads, upload_predictions
from tests.unit.run_manager import given

YES, OTHER, FAILURE = 3, 7, 6
"""Marks: two answers, and a row that says that the model failed."""


def live(position: int) -> Contender:
    return Contender(
        position=position,
        model=f"upload/live-{position}",
        number=1,
        digest=given.digest(90 + position),
        spec=UploadSpec(task="classification", live=True),
    )


def run_of(*contenders: Contender, events: tuple[Event, ...] = (), **named: Any) -> Run:
    run = Run.of([given.created(contenders=contenders, **named), *events])
    assert run is not None
    return run


def rows(*places: int, mark: int = YES) -> Marked:
    return Marked.of([(place, mark) for place in places])


def uploaded(*places: int, contender: int = 0, mark: int = YES) -> PredictionsUploaded:
    return PredictionsUploaded(
        run_id=given.RUN_ID,
        contender=contender,
        file=given.digest(1),
        rows=rows(*places, mark=mark),
        uploaded_at=given.NOW,
    )


def said_complete(contender: int = 0) -> UploadsCompleted:
    return UploadsCompleted(run_id=given.RUN_ID, contender=contender, completed_at=given.NOW)


def uploads_after(run: Run, *events: Event) -> Uploads:
    uploads = Uploads(run.created)
    for event in events:
        uploads.take(event)
    return uploads


def push(run: Run | None, uploads: Uploads, what: Marked, model: str | None = None) -> list[Event]:
    command = UploadPredictions(
        command_id="c9",
        sent_at=given.NOW,
        run_id=given.RUN_ID,
        model=model,
        file=given.digest(1),
        rows=what,
    )
    return upload_predictions(command, run, uploads, now=given.NOW)


def complete(run: Run, uploads: Uploads, model: str | None = None) -> list[Event]:
    command = CompleteUploads(command_id="c9", sent_at=given.NOW, run_id=given.RUN_ID, model=model)
    return complete_uploads(command, run, uploads, now=given.NOW)


def refused(run: Run, uploads: Uploads, what: Marked, model: str | None = None) -> str:
    with pytest.raises(Refusal) as refusal:
        push(run, uploads, what, model)
    return refusal.value.problem.type.rpartition(":")[2]


def test_only_what_is_new_is_taken() -> None:
    """A push that broke off is repeated whole."""
    run = run_of(live(0))
    uploads = uploads_after(run, uploaded(0, 1, 2))

    assert push(run, uploads, rows(0, 2)) == []
    (event,) = push(run, uploads, rows(1, 2, 3, 5))
    assert isinstance(event, PredictionsUploaded)
    assert list(event.rows.pairs()) == [(3, YES), (5, YES)]


def test_another_answer_is_refused_with_every_place() -> None:
    """Nothing of the batch is taken: its sender is mistaken about something."""
    run = run_of(live(0))
    uploads = uploads_after(run, uploaded(0, 1, 2))

    with pytest.raises(Refusal) as refusal:
        push(run, uploads, rows(1, 2, 3, mark=OTHER))
    problem = refusal.value.problem
    assert (problem.type, problem.status) == ("urn:runoff:problem:answer-given", 409)
    assert [each.field for each in problem.errors] == ["rows.1", "rows.2"]


def test_a_push_that_cannot_be_meant_is_refused() -> None:
    """By what is wrong with it."""
    file = given.contender(1)
    waiting = run_of(live(0), file, live(2))
    uploads = uploads_after(waiting)

    assert refused(waiting, uploads, rows(0)) == "model-missing"
    assert refused(waiting, uploads, rows(0), file.model) == "model-not-live"
    assert refused(waiting, uploads, rows(0), "upload/live-0@2") == "model-not-live"
    assert refused(waiting, uploads, rows(10), "upload/live-0") == "unknown-entry"
    assert refused(run_of(file), Uploads(run_of(file).created), rows(0)) == "model-not-live"
    (event,) = push(waiting, uploads, rows(0), "upload/live-2@1")
    assert isinstance(event, PredictionsUploaded)
    assert event.contender == 2


@pytest.mark.parametrize("over", [given.completed(), given.failed(), given.canceled()])
def test_a_run_that_is_over_takes_nothing_new(over: Event) -> None:
    """A repeated push, whose answer was lost, is no error even then."""
    run = run_of(live(0), events=(given.started(), over))
    uploads = uploads_after(run, uploaded(0))

    assert push(run, uploads, rows(0)) == []
    assert refused(run, uploads, rows(0, 1)) == "run-settled"


def test_completed_uploads_take_nothing_new() -> None:
    """Their missing entries were handed out as failed."""
    run = run_of(live(0))
    uploads = uploads_after(run, uploaded(0), said_complete())

    assert push(run, uploads, rows(0)) == []
    assert refused(run, uploads, rows(1)) == "uploads-complete"


def test_completing_says_it_of_every_live_model_once() -> None:
    """Or of the one that is named; of a completed run there is nothing to say."""
    run = run_of(live(0), live(1))
    settled = run_of(live(0), events=(given.started(), given.completed()))

    both = complete(run, uploads_after(run))
    one = complete(run, uploads_after(run), "upload/live-1")
    rest = complete(run, uploads_after(run, said_complete(1)))

    assert [each.contender for each in both if isinstance(each, UploadsCompleted)] == [0, 1]
    assert one == [said_complete(1)]
    assert rest == [said_complete(0)]
    assert complete(settled, uploads_after(settled)) == []


def test_a_retry_keeps_answers_and_waits_for_failures() -> None:
    """As for every model."""
    run = run_of(live(0))
    uploads = Uploads(run.created)
    uploads.take_over(uploaded(0, 1))
    uploads.take_over(uploaded(2, mark=FAILURE))
    uploads.take_over(said_complete())

    assert uploads.covers(0, 2)
    assert not uploads.covers(2, 1)


def test_a_run_that_only_scores_anew_waits_for_nothing() -> None:
    """Its answers are all there."""
    taken = AnswersTaken(run_id=given.RUN_ID, what="all")
    run = run_of(live(0), answers_from=taken)

    assert run.created.live == []
    assert refused(run, Uploads(run.created), rows(0)) == "model-not-live"


def active(*contenders: Contender, n_entries: int = 40, slice_size: int = 8) -> ActiveRun:
    run = run_of(*contenders, n_entries=n_entries, events=(given.started(slice_size),))
    return ActiveRun(run, seq=2, uploads=Uploads(run.created))


def take(run: ActiveRun, *events: Event) -> None:
    assert run.uploads is not None
    for event in events:
        run.uploads.take(event)
    run.note_uploaded(events)


def handed_out(run: ActiveRun) -> list[int]:
    numbers = []
    while (piece := run.upcoming()) is not None:
        run.note_out(piece.number)
        numbers.append(piece.number)
    return numbers


def test_a_slice_is_handed_out_when_all_of_its_predictions_are_there() -> None:
    """In whatever order they come; until then the run takes no share of the workers."""
    run = active(live(0))
    assert run.is_starved

    take(run, uploaded(*range(17, 32)))
    assert handed_out(run) == [3]
    take(run, uploaded(0, 16))
    assert not run.is_starved
    assert handed_out(run) == [2]
    take(run, uploaded(*range(1, 16), *range(32, 40)))
    assert handed_out(run) == [0, 1, 4]


def test_every_live_model_is_waited_for() -> None:
    """One that gets no more is not."""
    run = active(live(0), live(1), live(2))
    take(run, uploaded(*range(40)), uploaded(*range(8), contender=1))
    assert run.is_starved

    take(run, said_complete(2))
    assert handed_out(run) == [0]
    take(run, said_complete(1))
    assert handed_out(run) == [1, 2, 3, 4]


def test_a_lost_slice_of_a_waiting_run_is_handed_out_again() -> None:
    """Its predictions are still there."""
    run = active(live(0))
    take(run, uploaded(*range(24)))
    assert handed_out(run) == [0, 1, 2]

    run.note_lost([1])

    assert handed_out(run) == [1]


def test_what_was_pushed_before_the_start_is_handed_out_at_it() -> None:
    """A run may wait for its time, or be cut anew, while predictions come."""
    run = run_of(live(0), n_entries=40)
    waiting = ActiveRun(run, seq=1, uploads=Uploads(run.created))
    take(waiting, uploaded(*range(32)))
    waiting.advanced(run.after(given.started(8)), 2)
    first = waiting.upcoming()
    assert first is not None
    waiting.note_out(first.number)
    cut = RunResliced(
        run_id=given.RUN_ID, first_slice=1, from_entry=8, slice_size=16, resliced_at=given.NOW
    )
    waiting.advanced(waiting.run.after(cut), 3)

    assert handed_out(waiting) == [1]
    take(waiting, uploaded(*range(32, 40)))
    assert handed_out(waiting) == [2]
