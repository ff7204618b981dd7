"""Entries of several runs are found by their ids."""

from __future__ import annotations

from hypothesis import given as cases
from hypothesis import strategies as st

from runoff_objects.arrays import Texts
from runoff_scoring.comparing import shared_ids
from runoff_scoring.comparing.shared_ids import shared_rows

ids = st.lists(st.one_of(st.text(max_size=3), st.text("ab", max_size=70)), unique=True, max_size=12)


@cases(st.lists(ids, min_size=2, max_size=4))
def test_shared_ids_are_those_of_sets(lists: list[list[str]]) -> None:
    """In the order of the first; empty ids, long ones and any script included."""
    clean = [
        list(dict.fromkeys(t.encode(errors="replace").decode() for t in each)) for each in lists
    ]

    rows, n_union = shared_rows([Texts.of(each) for each in clean])

    shared = [each for each in clean[0] if all(each in other for other in clean[1:])]
    for each, found in zip(clean, rows, strict=True):
        assert [each[row] for row in found] == shared
    assert n_union == len(set().union(*clean))


def test_ids_whose_hashes_are_equal_are_told_apart() -> None:
    """Nobody may choose ids such that one entry is taken for another."""
    a, b = Texts.of(["x", "y"]), Texts.of(["y", "z"])
    alike = [hashes * 0 for hashes in (shared_ids._hashes(a), shared_ids._hashes(b))]

    assert not shared_ids._tells_apart([a, b], alike)
    assert shared_ids._tells_apart([a, b], [shared_ids._hashes(a), shared_ids._hashes(b)])
