"""Reviews of answers: what a person may say of them. Pure, as `decide.py`."""

from datetime import datetime

from runoff_contracts import subjects
from runoff_contracts.commands import Review, ReviewEntries
from runoff_contracts.events.review import EntryReviewed
from runoff_contracts.reviewing import edit_error
from runoff_run_manager.errors import Refusal, refusal
from runoff_run_manager.evolve import Run, known


def review_entries(
    command: ReviewEntries, run: Run | None, *, now: datetime
) -> list[tuple[str, EntryReviewed]]:
    """Subject and event of each review, in order of the entries.

    Raises:
        Refusal: When the run is unknown, or a review cannot be of its answers: by `reviews.N`.
    """
    run = known(command.run_id, run)
    seen: set[tuple[int, int, int]] = set()
    for place, each in enumerate(command.reviews):
        _check(run, each, place)
        key = (each.entry.index, each.contender, each.answer_version)
        if key in seen:
            raise _refused(place, "entry", "reviewed-twice", "One answer is reviewed twice")
        seen.add(key)
    # In order of the entries, so that the first subject is the same however often it is sent.
    return [
        (
            subjects.entry(run.run_id, each.entry.index),
            EntryReviewed(
                run_id=run.run_id,
                index=each.entry.index,
                entry_id=each.entry.entry_id,
                contender=each.contender,
                answer_version=each.answer_version,
                decision=each.decision,
                edited=each.edited,
                note=each.note,
                by=command.by,
                reviewed_at=now,
                command_id=command.command_id,
            ),
        )
        for each in sorted(command.reviews, key=lambda review: review.entry.index)
    ]


def _check(run: Run, review: Review, place: int) -> None:
    created = run.created
    if review.contender >= len(created.contenders):
        hint = f"a position from 0 to {len(created.contenders) - 1}"
        title = "The run has no such contender"
        raise _refused(place, "contender", "unknown-contender", title, hint)
    if review.entry.index >= created.n_entries:
        title = f"The run has no entry at place {review.entry.index}"
        raise _refused(place, "entry", "unknown-entry", title)
    if review.edited is None:
        return
    if review.decision != "rejected":
        title = "A corrected answer stands beside a rejected one"
        hint = "decision `rejected`, or no `edited`"
        raise _refused(place, "edited", "edit-not-rejected", title, hint)
    if wrong := edit_error(created.task, review.edited):
        title = "The corrected answer does not fit the run's task"
        raise _refused(place, "edited", "bad-edit", title, wrong)


def _refused(place: int, field: str, name: str, title: str, hint: str = "") -> Refusal:
    return refusal(name, title, 422, field=f"reviews.{place}.{field}", hint=hint)
