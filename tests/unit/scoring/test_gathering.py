"""What is gathered while slices are scored is what the log would give, or nothing."""

from __future__ import annotations

import pytest

from runoff_contracts.events.entry import EntryProcessed, EntryScored
from runoff_contracts.ids import new_run_id
from runoff_scoring.entries import score_slice
from runoff_scoring.gathering import Gathered, Gathering
from runoff_scoring.report import make_report
from runoff_scoring.scorers import SCORERS
from tests.unit.scoring import given

Slice = tuple[list[EntryProcessed], list[EntryScored]]
SLICE = 5
ROWS: list[given.Row] = [*given.paired_rows(9, 4, 2, 3), ("x", ("x", None)), (None, ("x", "y"))]


@pytest.fixture
def slices() -> list[Slice]:
    """Twenty entries; one has no target, and one was not answered by the second contender."""
    entries = [given.processed(index, row, confidence=0.5) for index, row in enumerate(ROWS)]
    parts = [entries[start : start + SLICE] for start in range(0, len(entries), SLICE)]
    scorers = [SCORERS["accuracy", 1].with_params({})]
    return [(part, [event for _, event in score_slice(part, scorers)]) for part in parts]


def test_a_report_of_what_was_gathered_is_that_of_the_log(slices: list[Slice]) -> None:
    """Byte by byte, in whatever order slices come: a crash between must not show in digests."""
    gathering, created = Gathering(), given.created(len(ROWS))
    gathering.open(created)
    for number in (2, 0, 3, 1):
        gathering.add(created.run_id, number, *slices[number])
    read = Gathered(created)
    for processed, scored in slices:
        read.add_scored(scored)
        read.add_processed(given.parts(processed))

    found = gathering.take_whole(created.run_id)

    assert found is not None
    evidence, record = read.whole()
    assert found[1].to_bytes() == record.to_bytes()
    assert make_report(found[0]) == make_report(evidence)
    assert gathering.take_whole(created.run_id) is None, "it was let go of"


def test_what_is_not_whole_is_read_from_the_log(slices: list[Slice]) -> None:
    """After a restart, or where a slice came twice: counted twice, its reasons would be wrong."""
    for numbers in ((0, 1, 2), (0, 1, 2, 3, 3)):
        gathering, created = Gathering(), given.created(len(ROWS))
        gathering.open(created)
        for number in numbers:
            gathering.add(created.run_id, number, *slices[number])

        assert gathering.take_whole(created.run_id) is None


def test_the_oldest_run_gives_way_and_one_that_is_too_large_is_not_begun(
    slices: list[Slice],
) -> None:
    """Runs that are paused for days may not fill the memory."""
    gathering = Gathering(most_answers=100)
    runs = [*(given.created(20, run_id=new_run_id()) for _ in range(3)), given.created(60)]
    for run in runs:
        gathering.open(run)
        for number, (processed, scored) in enumerate(slices):
            gathering.add(run.run_id, number, processed, scored)

    whole = [gathering.take_whole(run.run_id) is not None for run in runs]

    assert whole == [False, True, True, False]
