"""Runs that equal one before are cut rightly from their first slice on."""

from __future__ import annotations

import pytest

from runoff_run_manager import paces
from runoff_run_manager.paces import Paces
from runoff_run_manager.slicing import FIRST_SLICE
from tests.unit.run_manager import given


def test_an_equal_run_is_cut_by_what_the_one_before_took() -> None:
    """Small first slices cost a quick run a tenth of its time."""
    before = given.active_run(6400, slice_size=100)
    before.elapsed_s = 1.0
    known = Paces()
    known.note(before.run.created, before.entry_s)

    run = given.active_run(6400)

    assert known.of(run.run.created) == 0.01
    assert run.first_size(known.of(run.run.created)) == 100
    assert run.first_size(1e-9) == run.largest_slice()
    assert run.first_size(60.0) == 1


def test_another_config_is_another_run() -> None:
    """Calls at once, batches and rests decide how fast a slice is."""
    known = Paces()
    known.note(given.active_run(6400).run.created, 0.005)

    other = given.active_run(6400, batch_size=7)

    assert known.of(other.run.created) is None
    assert other.first_size(known.of(other.run.created)) == FIRST_SLICE


def test_a_run_that_was_not_measured_teaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is remembered is bounded."""
    monkeypatch.setattr(paces, "_MOST", 2)
    known, sizes = (
        Paces(),
        [given.active_run(64, batch_size=each).run.created for each in (1, 2, 3)],
    )
    known.note(sizes[0], None)
    assert known.of(sizes[0]) is None

    for each in sizes:
        known.note(each, 0.1)

    assert [known.of(each) for each in sizes] == [None, 0.1, 0.1]
