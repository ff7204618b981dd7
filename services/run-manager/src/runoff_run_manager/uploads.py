"""Predictions pushed to a run: a fold over its uploads, and what a push leads to. Pure."""

from array import array
from collections.abc import Iterable
from datetime import datetime

from runoff_contracts.commands import CompleteUploads, UploadPredictions
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import Contender, RunCreated
from runoff_contracts.events.uploads import PredictionsUploaded, UploadsCompleted
from runoff_contracts.problem import FieldError
from runoff_contracts.pushed import Marked, is_answer
from runoff_contracts.task import Status
from runoff_run_manager.errors import Refusal, refusal, refusal_of
from runoff_run_manager.evolve import Run, known

_MAX_ERRORS = 100


class Uploads:
    """What the live contenders of a run have, 9 bytes an entry and contender."""

    def __init__(self, created: RunCreated) -> None:
        """Nothing yet."""
        self.seq = 0
        """Of the last message that was folded."""
        self._n_entries = n = created.n_entries
        self._complete: set[int] = set()
        self._marks = {each.position: array("Q", bytes(8 * n)) for each in created.live}
        self._given = {position: bytearray(self._n_entries) for position in self._marks}
        self._n_missing = dict.fromkeys(self._marks, self._n_entries)

    def take(self, event: Event) -> None:
        """Fold one more event of this run."""
        if isinstance(event, UploadsCompleted):
            self._complete.add(event.contender)
        elif isinstance(event, PredictionsUploaded) and event.contender in self._marks:
            self._put(event.contender, event.rows.pairs())

    def take_over(self, event: Event) -> None:
        """Fold an event of the run whose answers are taken over: failures are asked anew."""
        if isinstance(event, PredictionsUploaded) and event.contender in self._marks:
            pairs = event.rows.pairs()
            self._put(event.contender, (each for each in pairs if is_answer(each[1])))

    def covers(self, start: int, n: int) -> bool:
        """Whether every live contender has entries `start` to `start + n - 1`, or gets no more."""
        return all(
            position in self._complete or given.find(0, start, start + n) < 0
            for position, given in self._given.items()
        )

    @property
    def is_whole(self) -> bool:
        """Whether nothing is waited for."""
        return all(self.is_complete(position) for position in self._marks)

    def is_complete(self, position: int) -> bool:
        """Whether a contender has every entry, or gets no more."""
        return position in self._complete or self._n_missing[position] == 0

    def was_completed(self, position: int) -> bool:
        """Whether its uploader said that nothing more comes."""
        return position in self._complete

    def mark(self, position: int, place: int) -> int:
        """The mark of an entry's answer; 0 where it has none."""
        return self._marks[position][place]

    def _put(self, position: int, pairs: Iterable[tuple[int, int]]) -> None:
        marks, given = self._marks[position], self._given[position]
        for place, mark in pairs:
            if place < self._n_entries and not given[place]:
                marks[place], given[place] = mark, 1
                self._n_missing[position] -= 1


def upload_predictions(
    command: UploadPredictions, run: Run | None, uploads: Uploads, *, now: datetime
) -> list[Event]:
    """Take the rows whose entries have no answer; the same rows again say nothing new.

    Raises:
        Refusal: 422 where the model is not live or an entry is not the run's; 409 where an entry
            has another answer already (field `rows.<place>` for each), or where something new
            comes for a run that is over or uploads that were completed.
    """
    run = known(command.run_id, run)
    position = contender(run, command.model).position
    new: list[tuple[int, int]] = []
    errors: list[FieldError] = []
    for place, mark in command.rows.pairs():
        if place >= run.created.n_entries:
            raise refusal("unknown-entry", f"The run has no entry {place}", 422, field="rows")
        before = uploads.mark(position, place)
        if before == 0:
            new.append((place, mark))
        elif before != mark and len(errors) < _MAX_ERRORS:
            errors.append(FieldError(field=f"rows.{place}", message="has another answer already"))
    if errors:
        raise refusal_of(
            "answer-given",
            "Entries have another answer already",
            409,
            detail="Nothing was taken; an entry of a run has one answer.",
            errors=errors,
        )
    if not new:
        return []
    if run.status.settled:
        raise _over(run)
    if uploads.was_completed(position):
        raise refusal(
            "uploads-complete",
            "The predictions were said to be complete",
            409,
            hint="nothing more is taken; retry the run once it is over to push what failed",
        )
    return [
        PredictionsUploaded(
            run_id=run.run_id,
            contender=position,
            file=command.file,
            rows=Marked.of(new),
            uploaded_at=now,
        )
    ]


def complete_uploads(
    command: CompleteUploads, run: Run | None, uploads: Uploads, *, now: datetime
) -> list[Event]:
    """Wait for nothing more; where nothing is waited for, that says nothing new.

    Raises:
        Refusal: 422 where the model is not live; 409 where the run was canceled or failed.
    """
    run = known(command.run_id, run)
    live = run.created.live if command.model is None else [contender(run, command.model)]
    if not live:
        raise _not_live(run)
    if run.status is Status.COMPLETED:
        return []
    if run.status.settled:
        raise _over(run)
    return [
        UploadsCompleted(run_id=run.run_id, contender=each.position, completed_at=now)
        for each in live
        if not uploads.was_completed(each.position)
    ]


def contender(run: Run, model: str | None) -> Contender:
    """The live contender that a model's name means, with or without @version; else the only one.

    Raises:
        Refusal: 422 where there is none, or where there are several and none is named.
    """
    live = run.created.live
    if model is None:
        if len(live) == 1:
            return live[0]
        if not live:
            raise _not_live(run)
        named = ", ".join(each.model for each in live)
        raise refusal(
            "model-missing", "Several models of the run are live", 422, field="model", hint=named
        )
    for each in live:
        if model in {each.model, f"{each.model}@{each.number}"}:
            return each
    raise _not_live(run, model)


def _not_live(run: Run, model: str = "") -> Refusal:
    known = ", ".join(each.model for each in run.created.live)
    hint = f"live are {known}" if known else "runoff predictions add NAME --live makes a live model"
    title = (
        f"{model} is no live model of run {run.run_id}"
        if model
        else (f"Run {run.run_id} waits for no predictions")
    )
    return refusal("model-not-live", title, 422, field="model", hint=hint)


def _over(run: Run) -> Refusal:
    return refusal(
        "run-settled", f"Run {run.run_id} is {run.status}", 409, hint="it is over already"
    )
