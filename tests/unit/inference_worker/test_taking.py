"""What is taken over of a settled run's answers, and what is left to be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from runoff_contracts.events.entry import Attempt, AttemptError, Prediction
from runoff_contracts.events.lifecycle import AnswersTaken
from runoff_contracts.work import WorkItem
from runoff_inference_worker.pictures import Memory, Pictures
from runoff_inference_worker.slices import Sheet, Slice
from runoff_inference_worker.taking import Before, take_over
from runoff_inference_worker.threads import Threads
from runoff_objects.entry_set import EntryRow
from tests.unit.inference_worker import functions
from tests.unit.inference_worker.making import (
    RUN_ID,
    a_kit,
    an_image,
    image_rows,
    opened,
    python_contender,
    text_rows,
)

OLD_ID = "00000000-0000-7000-8000-000000000002"


def old(position: int, label: str | None) -> Prediction:
    error = None if label else AttemptError(error_class="timeout", message="no answer within 1 s")
    attempt = Attempt.model_validate(
        {"started_at": "2026-11-21T12:00:00Z", "duration_s": 1.0, "error": error}
    )
    return Prediction(contender=position, label=label, attempts=[attempt], taken_from=OLD_ID)


def a_sheet(n_entries: int, n_contenders: int = 2, *, start: int = 0) -> Sheet:
    item = WorkItem(run_id=RUN_ID, slice=0, start=start, n=n_entries)
    return Sheet(item, text_rows(*["t"] * n_entries), n_contenders)


def open_places(sheet: Sheet) -> list[tuple[int, int]]:
    return [
        (place, position)
        for place in range(len(sheet.rows))
        for position in range(sheet.n_contenders)
        if sheet.is_open(position, place)
    ]


def test_failed_and_missing_answers_are_left_to_be_asked() -> None:
    """Each contender by itself: one model's failure costs no other its answer."""
    sheet = a_sheet(3, start=7)
    answers = {7: Before([old(0, "a"), old(1, None)]), 9: Before([old(0, "c"), old(1, "c")])}

    take_over(sheet, answers, AnswersTaken(run_id=OLD_ID, what="answered"))

    assert open_places(sheet) == [(0, 1), (1, 0), (1, 1)]
    assert [event.index for _, event in sheet.facts("w")] == [9]


def test_nothing_is_left_open_where_nothing_is_to_be_asked() -> None:
    """A failure is taken over as it is; what was never asked says so."""
    sheet = a_sheet(2)

    before = Before([old(0, "a"), old(1, None)])

    take_over(sheet, {0: before}, AnswersTaken(run_id=OLD_ID, what="all"))

    facts = [event for _, event in sheet.facts("w")]
    assert open_places(sheet) == []
    errors = [
        (attempt.error.error_class if attempt.error else None, prediction.taken_from)
        for event in facts
        for prediction in event.predictions
        for attempt in prediction.attempts
    ]
    assert errors == [(None, OLD_ID), ("timeout", OLD_ID), *[("unavailable", None)] * 2]


@pytest.mark.parametrize("with_images", [False, True])
async def test_a_slice_asks_each_model_about_its_open_entries_alone(
    tmp_path: Path, with_images: bool
) -> None:
    """Entries that all models answered before are not even read."""
    functions.calls.clear()
    kit = a_kit(tmp_path)
    rows = text_rows("a", "b", "c", "d")
    if with_images:
        rows = await image_rows(kit, [an_image(color=color) for color in range(1, 4)])
        # Whoever reads it finds that it is gone.
        rows.append(EntryRow(id="gone", file="sha256:" + "9" * 64))
    item = WorkItem(run_id=RUN_ID, slice=0, start=0, n=4)
    sheet = Sheet(item, rows, 2)
    answers = {
        0: Before([old(0, "old"), old(1, None)]),
        1: Before([old(0, None), old(1, "old")]),
        3: Before([old(0, "old"), old(1, "old")]),
    }
    take_over(sheet, answers, AnswersTaken(run_id=OLD_ID, what="answered"))
    askers = await opened(kit, [python_contender("recorded", place) for place in range(2)])
    slice_ = Slice(sheet, askers, rank=1, rest=None)
    assert not slice_.has_begun

    await slice_.answer(Pictures(kit.objects, Threads(), max_pixels=10**6), Memory(10**9))

    labels = [[each.label for each in event.predictions] for _, event in sheet.facts("w")]
    assert labels == [["old", "seen"], ["seen", "old"], ["seen", "seen"], ["old", "old"]]
    ids = [row.id for row in rows]
    assert sorted(functions.calls) == sorted([ids[0], ids[1], ids[2], ids[2]])
    assert slice_.has_begun
