"""Scorecards: a run's scores as arrays in entry order."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from runoff_objects.arrays import pack, unpack
from runoff_scoring.errors import IncompleteRun
from runoff_scoring.scorecards import Scorecards
from tests.unit.scoring import given

ROWS: list[given.Row] = [
    ("x", ("x", "y", None)),
    (None, ("x", "x", "x")),
    ("", ("", None, None)),
    ("ü", ("z", "ü", "a")),
]


def equal(a: Scorecards, b: Scorecards) -> bool:
    same = [
        np.array_equal(a.answers, b.answers),
        np.array_equal(a.groups, b.groups),
        np.array_equal(a.difference, b.difference, equal_nan=True),
        np.array_equal(a.confidence_difference, b.confidence_difference, equal_nan=True),
        [list(each) for each in (a.labels, a.entry_ids, a.targets)]
        == [list(each) for each in (b.labels, b.entry_ids, b.targets)],
        np.array_equal(a.target_codes, b.target_codes),
        np.array_equal(a.meanings, b.meanings),
        a.scores.keys() == b.scores.keys(),
        all(np.array_equal(a.scores[name], b.scores[name], equal_nan=True) for name in a.scores),
    ]
    return all(same)


def test_arrays_are_in_entry_order() -> None:
    """Row by contender, column by entry; what is missing is NaN or -1, never 0."""
    _, cards = given.cards(ROWS)

    np.testing.assert_array_equal(
        cards.scores["accuracy"], [[1, np.nan, 1, 0], [0, np.nan, np.nan, 1], [np.nan] * 3 + [0]]
    )
    assert [[cards.label(row, index) for row in range(3)] for index in range(4)] == [
        list(answers) for _, answers in ROWS
    ]
    assert [cards.target(index) for index in range(4)] == ["x", None, "", "ü"]
    np.testing.assert_array_equal(cards.difference, [1, 0, np.nan, 1])


rows = st.lists(
    st.tuples(
        st.sampled_from([None, "", "x", "y"]), st.tuples(*[st.sampled_from([None, "x", ""])] * 3)
    ),
    min_size=1,
    max_size=30,
)


@cases(rows)
def test_scorecards_come_back_as_they_were_stored(made: list[given.Row]) -> None:
    """Missing targets and empty ones are kept apart."""
    _, cards = given.cards(made)

    assert equal(Scorecards.unpacked(unpack(pack(cards.arrays()))), cards)


@cases(rows, st.randoms(use_true_random=False))
def test_the_same_scores_give_the_same_bytes_in_whatever_order_they_come(
    made: list[given.Row], shuffle: random.Random
) -> None:
    """Workers answer slices in any order; the object's digest must not tell."""
    run, cards = given.cards(made)
    events = given.scored(made)
    shuffle.shuffle(events)

    assert pack(Scorecards.of(run, events).arrays()) == pack(cards.arrays())


def test_an_entry_that_comes_twice_counts_once() -> None:
    """Copies of a message say the same."""
    run, cards = given.cards(ROWS)

    assert equal(Scorecards.of(run, given.scored(ROWS) * 2), cards)


def test_a_run_with_entries_missing_is_no_scorecard() -> None:
    """A comparison over a part would pass for one over the whole."""
    run, _ = given.cards(ROWS)

    with pytest.raises(IncompleteRun, match="3 scored entries of 4"):
        Scorecards.of(run, given.scored(ROWS)[:-1])


def test_a_part_of_a_run_knows_its_places() -> None:
    """Of a canceled run what is scored can be compared, and nothing is made up for the rest."""
    run, _ = given.cards(ROWS)

    part = Scorecards.of(run, [given.scored(ROWS)[each] for each in (3, 1)], partial=True)

    assert part.places.tolist() == [1, 3]
    assert list(part.entry_ids) == ["entry-001", "entry-003"]
    assert [part.target(index) for index in range(2)] == [None, "ü"]
    assert [part.label(1, index) for index in range(2)] == ["x", "ü"]
