"""How entries are cut into slices: whatever the plan, each entry is asked about once."""

from __future__ import annotations

from hypothesis import given as cases
from hypothesis import strategies as st

from runoff_run_manager import slicing
from runoff_run_manager.slicing import Segment, Slice, better_size, first_size, largest_slice


def test_a_run_that_asks_nothing_begins_with_the_largest_slices() -> None:
    """There is no speed of models to be found out."""
    assert first_size(largest=300, sleep_s=5.0, asks=False) == 300


def all_slices(plan: list[Segment], n_entries: int) -> list[Slice]:
    """Slice by slice from the first, as a dispatcher goes."""
    found: list[Slice] = []
    while (piece := slicing.slice_at(plan, len(found), n_entries)) is not None:
        found.append(piece)
    return found


@st.composite
def legal_plans(draw: st.DrawFn) -> tuple[list[Segment], int]:
    """Plans as a dispatcher makes them: cut anew at the beginning of a slice not yet out."""
    n_entries = draw(st.integers(1, 3000))
    plan = [Segment(0, 0, draw(st.integers(1, 50)))]
    for _ in range(draw(st.integers(0, 5))):
        slices = all_slices(plan, n_entries)
        later = [each for each in slices if each.number > plan[-1].first_slice]
        if not later:
            break
        piece = draw(st.sampled_from(later))
        plan.append(Segment(piece.number, piece.start, draw(st.integers(1, slicing.MAX_SLICE))))
    return plan, n_entries


@cases(legal_plans())
def test_slices_of_any_legal_plan_cover_each_entry_once_in_order(
    given: tuple[list[Segment], int],
) -> None:
    """A gap would leave a run hanging, an overlap would ask models twice."""
    plan, n_entries = given

    slices = all_slices(plan, n_entries)

    assert [each.number for each in slices] == list(range(len(slices)))
    covered = [index for each in slices for index in range(each.start, each.start + each.n)]
    assert covered == list(range(n_entries))


@cases(legal_plans(), st.integers(1, 1000))
def test_nothing_stands_behind_the_last_slice(
    given: tuple[list[Segment], int], further: int
) -> None:
    """A dispatcher that lost count finds the end."""
    plan, n_entries = given

    n_slices = len(all_slices(plan, n_entries))

    assert slicing.slice_at(plan, n_slices + further, n_entries) is None


@cases(legal_plans())
def test_cutting_anew_leaves_earlier_slices_as_they_were(
    given: tuple[list[Segment], int],
) -> None:
    """What is out is answered by the old cut."""
    plan, n_entries = given

    before = all_slices(plan[:-1], n_entries)[: plan[-1].first_slice] if plan[1:] else []

    assert all_slices(plan, n_entries)[: len(before)] == before


@cases(st.integers(1, 10**7), st.integers(1, 1024), st.integers(1, 16), st.integers(1, 21))
def test_no_slice_is_over_the_limits(
    n_entries: int, batch_size: int, n_contenders: int, n_attempts: int
) -> None:
    """A slice is one message: what it takes in bytes is held by `test_message_size`."""
    largest = largest_slice(
        n_entries=n_entries,
        batch_size=batch_size,
        n_contenders=n_contenders,
        n_attempts=n_attempts,
    )

    assert 1 <= largest <= slicing.MAX_SLICE
    assert largest * n_contenders * n_attempts <= 3000


@cases(st.integers(1, 10**7), st.integers(1, 16))
def test_a_run_is_cut_into_enough_slices(n_entries: int, n_contenders: int) -> None:
    """So that several workers end together; only whole batches may make it fewer."""
    largest = largest_slice(
        n_entries=n_entries, batch_size=1, n_contenders=n_contenders, n_attempts=3
    )

    assert largest == 1 or n_entries / largest >= slicing.MIN_SLICES


def test_a_batch_is_not_cut_apart() -> None:
    """360 entries in batches of 32: slices of 5 would never fill a call."""
    assert largest_slice(n_entries=360, batch_size=32, n_contenders=2, n_attempts=3) == 32


@cases(st.integers(1, 500), st.floats(0, 3600))
def test_the_first_slices_are_small(largest: int, sleep_s: float) -> None:
    """Nothing is known yet; with a rest between entries a slice takes about a second at most."""
    size = first_size(largest=largest, sleep_s=sleep_s)

    assert 1 <= size <= min(slicing.FIRST_SLICE, largest)
    assert size == 1 or size * sleep_s <= slicing.TARGET_S


sizes = st.integers(1, 500)
times = st.floats(0, 10_000, allow_nan=False)


@cases(sizes, times, sizes)
def test_a_better_size_is_within_limits_and_worth_an_event(
    size: int, elapsed_s: float, largest: int
) -> None:
    """Each new cut is a fact in the log, so it has to change something."""
    wanted = better_size(size, elapsed_s=elapsed_s, largest=largest)

    if wanted is not None:
        assert 1 <= wanted <= largest
        assert wanted != size
        assert wanted <= size * 16
        assert wanted >= 2 * size or 2 * wanted <= size or wanted == largest


@cases(sizes, times)
def test_fast_slices_grow_and_slow_ones_shrink(size: int, elapsed_s: float) -> None:
    """Toward a second a slice, never past it."""
    wanted = better_size(size, elapsed_s=elapsed_s, largest=500)

    if wanted is not None and wanted > size:
        assert elapsed_s < slicing.TARGET_S
        assert wanted * elapsed_s / size <= slicing.TARGET_S * 1.001
    if wanted is not None and wanted < size:
        assert elapsed_s > slicing.TARGET_S


@cases(sizes, st.floats(1e-6, 100), st.integers(1, 500))
def test_growing_and_shrinking_come_to_rest(size: int, entry_s: float, largest: int) -> None:
    """With entries that all take the same time, a handful of cuts is enough."""
    size = min(size, largest)
    for _ in range(12):
        wanted = better_size(size, elapsed_s=size * entry_s, largest=largest)
        if wanted is None:
            break
        size = wanted
    else:
        raise AssertionError(f"still cutting at {size}")


def test_a_slice_that_takes_a_second_stays() -> None:
    """Nothing is said when nothing is gained."""
    for elapsed_s in (0.55, 1.0, 1.9):
        assert better_size(100, elapsed_s=elapsed_s, largest=500) is None


@cases(legal_plans())
def test_every_entry_is_in_the_slice_that_its_number_says(made: tuple[list[Segment], int]) -> None:
    """Also where the cut was changed on the way."""
    plan, n_entries = made
    for piece in all_slices(plan, n_entries):
        for entry in (piece.start, piece.start + piece.n - 1):
            assert slicing.number_at(plan, entry) == piece.number
