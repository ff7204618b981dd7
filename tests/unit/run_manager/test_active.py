"""A run under way: what is out, what is done, when it is cut anew."""

from __future__ import annotations

from runoff_contracts.events.lifecycle import RunResliced
from runoff_run_manager.active import ActiveRun, fair_share
from runoff_run_manager.slicing import FIRST_SLICE
from tests.unit.run_manager import given


def note(run: ActiveRun, number: int, *, n: int = 8, elapsed_s: float = 1.0) -> None:
    run.note_processed(number, n=n, n_answers=2 * n, n_failed=1, elapsed_s=elapsed_s)


def hand_out(run: ActiveRun, n_slices: int) -> list[int]:
    numbers = []
    for _ in range(n_slices):
        piece = run.upcoming()
        assert piece is not None
        run.note_out(piece.number)
        numbers.append(piece.number)
    return numbers


def reslice(run: ActiveRun, size: int) -> None:
    piece = run.untouched()
    assert piece is not None
    event = RunResliced(
        run_id=run.run_id,
        first_slice=piece.number,
        from_entry=piece.start,
        slice_size=size,
        resliced_at=given.NOW,
    )
    run.advanced(run.run.after(event), run.seq + 1)


def test_slices_are_handed_out_in_order_and_once() -> None:
    """Also when answers come back in another order."""
    run = given.active_run(40, slice_size=8)

    assert hand_out(run, 3) == [0, 1, 2]
    note(run, 1)
    assert hand_out(run, 2) == [3, 4]
    assert run.upcoming() is None


def test_a_slice_that_the_log_has_is_not_handed_out() -> None:
    """After a restart the log is read before anything is fed."""
    run = given.active_run(40, slice_size=8)
    for number in (0, 2):
        note(run, number)

    assert hand_out(run, 3) == [1, 3, 4]


def test_a_lost_slice_is_handed_out_again_first() -> None:
    """It has waited longest."""
    run = given.active_run(40, slice_size=8)
    hand_out(run, 4)

    run.note_lost([2, 1])

    assert run.outstanding == {0, 3}
    assert hand_out(run, 3) == [1, 2, 4]


def test_repeated_notes_count_once() -> None:
    """The reader may bring a message again after a reconnect."""
    run = given.active_run(16, slice_size=8)
    for _ in range(3):
        note(run, 0)
        run.note_scored(0, n=8)

    assert (run.n_answers, run.n_failed, run.n_scored) == (16, 1, 8)
    assert not run.all_scored


def test_a_run_is_scored_when_every_entry_is() -> None:
    """In whatever order; the last slice is shorter than the others."""
    run = given.active_run(20, slice_size=8)
    for number, n in ((2, 4), (0, 8)):
        note(run, number, n=n)
        run.note_scored(number, n=n)
    assert not run.all_scored

    run.note_scored(1, n=8)

    assert run.all_scored


def test_a_run_is_cut_anew_only_behind_everything_that_was_ever_out() -> None:
    """A worker may still answer a lost slice with the cut that it was given.

    Cutting at the next slice to hand out would give two facts for one entry.
    """
    run = given.active_run(6400, slice_size=8)
    hand_out(run, 6)
    for number in (0, 1, 3):
        note(run, number, elapsed_s=0.01)
    run.note_lost([2])

    piece = run.untouched()

    assert piece is not None
    assert (piece.number, piece.start) == (6, 48)
    reslice(run, 64)
    assert hand_out(run, 2) == [2, 6]


def test_after_a_restart_a_run_is_cut_anew_behind_what_log_and_queue_have() -> None:
    """Slice 5 waits in the queue, slice 3 is in the log: 4 may be in a worker's hands."""
    run = given.active_run(6400, slice_size=8)
    run.note_out(5)
    for number in (0, 1, 3):
        note(run, number, elapsed_s=0.01)

    assert run.better_size() == 128
    piece = run.untouched()
    assert piece is not None
    assert piece.number == 6
    assert hand_out(run, 3) == [2, 4, 6]


def test_a_run_whose_queue_was_lost_before_a_restart_keeps_its_cut() -> None:
    """Nobody knows what was out then."""
    run = given.active_run(6400, slice_size=8)
    note(run, 0, elapsed_s=0.01)
    assert run.better_size() is not None

    run.may_reslice = False

    assert run.better_size() is None


def test_the_speed_is_measured_anew_after_each_cut() -> None:
    """Slices of the old size that come in later say nothing about the new one."""
    run = given.active_run(64_000, slice_size=8)
    hand_out(run, 3)
    note(run, 0, elapsed_s=0.01)
    assert run.better_size() == 128

    reslice(run, 64)
    note(run, 1, elapsed_s=50.0)

    assert run.elapsed_s is None
    assert run.better_size() is None
    note(run, 3, n=64, elapsed_s=0.08)
    assert run.better_size() == 192


def test_measurements_are_smoothed_and_scaled_to_a_full_slice() -> None:
    """One slow slice is no reason; half a slice in half the time is the same speed."""
    run = given.active_run(6400, slice_size=8)
    note(run, 0, n=4, elapsed_s=0.5)
    assert run.elapsed_s == 1.0

    note(run, 1, elapsed_s=2.0)

    assert run.elapsed_s == 1.5


def test_nothing_is_cut_anew_when_everything_was_out() -> None:
    """There is nothing left to cut."""
    run = given.active_run(16, slice_size=8)
    hand_out(run, 2)
    note(run, 0, elapsed_s=0.001)

    assert run.better_size() is None


def test_the_window_keeps_every_call_of_every_worker_busy() -> None:
    """Two slices for each call that may be under way, however small the fair share."""
    run = given.active_run(64_000, slice_size=8, concurrency=64)

    assert run.window(share=2, n_workers=2) == 32
    assert run.window(share=2, n_workers=0) == 16
    note(run, 0)
    assert run.window(share=40, n_workers=1) == 40


def test_few_slices_are_out_before_the_speed_is_known() -> None:
    """They are cut small: a run of quick models would pay a synced append for each of them."""
    run = given.active_run(64_000, slice_size=8, concurrency=4)
    assert run.window(share=16, n_workers=2) == 8
    assert run.window(share=16, n_workers=0) == 16

    note(run, 0)

    assert run.window(share=16, n_workers=2) == 16


def test_runs_share_what_may_be_out() -> None:
    """And none gets so little that its worker waits for the dispatcher."""
    assert [fair_share(n, budget=16) for n in (0, 1, 2, 3, 16)] == [16, 16, 8, 5, 2]


def test_the_first_size_obeys_the_run() -> None:
    """Few entries, fewer still when the run rests between them."""
    assert given.active_run(6400).first_size() == FIRST_SLICE
    assert given.active_run(6400, sleep_s=0.25).first_size() == 4
    assert given.active_run(6400, sleep_s=60).first_size() == 1


def test_a_run_is_fed_between_its_start_and_its_end_but_not_while_paused() -> None:
    """What is out meanwhile stays counted as out."""
    run = given.active_run(40, slice_size=8)
    assert run.is_fed
    hand_out(run, 2)

    run.advanced(run.run.after(given.paused()), run.seq + 1)

    assert (run.is_fed, run.is_paused, run.outstanding) == (False, True, {0, 1})
    run.advanced(run.run.after(given.resumed()), run.seq + 1)
    assert (run.is_fed, run.is_paused) == (True, False)
    assert not given.active_run(40).is_fed


def test_what_was_read_before_the_last_word_changes_nothing() -> None:
    """Two readers of one lifecycle may be answered in another order than they asked."""
    run = given.active_run(40, slice_size=8)
    before, seq = run.run, run.seq
    run.advanced(before.after(given.paused()), seq + 1)

    run.advanced(before, seq)

    assert run.is_paused


def test_a_run_waits_until_its_time_and_a_past_time_is_none() -> None:
    """Seconds on the clock of whoever hands out."""
    waiting = ActiveRun(given.run_created(start_at=given.LATER), seq=1)

    assert waiting.waits_s(given.NOW) == 3600
    assert waiting.waits_s(given.LATER) == 0
    assert given.active_run(40).waits_s(given.NOW) == 0


def test_costs_and_failures_are_counted_once_a_slice_and_end_the_run() -> None:
    """A restart reads the same headers again, and comes to the same end."""
    run = given.active_run(40, slice_size=8, max_cost_usd=1.0)
    for number in (0, 0, 1):
        fields = {"n": 8, "n_answers": 8, "n_failed": 0, "elapsed_s": 1.0, "cost_usd": 0.5}
        run.note_processed(number, **fields)  # type: ignore[arg-type]  # ints and floats
    assert run.overrun() is None

    run.note_processed(2, n=8, n_answers=8, n_failed=0, elapsed_s=1.0, cost_usd=0.001)

    assert run.overrun() == (
        "the known cost of $1.001 is over max_cost_usd $1, after 24 of 40 entries"
    )


def test_long_answers_cut_the_run_smaller() -> None:
    """A slice is one message of the log, which has a limit."""
    run = given.active_run(64_000, slice_size=100)
    hand_out(run, 1)

    run.note_processed(0, n=100, n_answers=100, n_failed=0, elapsed_s=1.0, n_bytes=900_000)

    assert run.largest_slice() == 55
