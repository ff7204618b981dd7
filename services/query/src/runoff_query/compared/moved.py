"""Entries that changed side: another contender was better on them than is now."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.comparison_changes import MAX_MOVED, ContenderMatched, EntryMoved
from runoff_query.compared.matching import pairs_of
from runoff_query.compared.table import EntriesTable


@dataclass(frozen=True)
class Moved:
    """What two tables say of it."""

    n_entries_both: int
    n_moved: int | None
    """None where it cannot be said."""
    listed: list[EntryMoved]
    """At most `MAX_MOVED`."""


def moved_entries(
    old: EntriesTable | None,
    new: EntriesTable | None,
    metric: str,
    both: Sequence[ContenderMatched],
) -> Moved:
    """Entries that both compare, and those on which another one is better now by a metric."""
    if old is None or new is None:
        return Moved(0, None, [])
    was, now = _joined(old, new)
    if metric not in old.scores or metric not in new.scores:
        return Moved(len(was), None, [])
    n_moved, listed = 0, list[EntryMoved]()
    for pair in pairs_of(both):
        then = _change(old, metric, pair.a.before, pair.b.before, was)
        later = _change(new, metric, pair.a.after, pair.b.after, now)
        # An entry without a score has no side, so that NaN is told from every other side.
        sides = np.nan_to_num(np.sign(then), nan=2), np.nan_to_num(np.sign(later), nan=2)
        places = np.flatnonzero(sides[0] != sides[1])
        n_moved += len(places)
        listed += [
            EntryMoved(
                entry_id=new.entry_ids[int(now[place])],
                a=pair.a.name,
                b=pair.b.name,
                change_before=_number(then[place]),
                change_after=_number(later[place]),
            )
            for place in places[: MAX_MOVED - len(listed)].tolist()
        ]
    return Moved(len(was), n_moved, listed)


def _joined(old: EntriesTable, new: EntriesTable) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of both tables that are of one entry, in the order of the second."""
    same = np.array_equal(old.entry_ids.ends, new.entry_ids.ends)
    if same and np.array_equal(old.entry_ids.utf8, new.entry_ids.utf8):
        rows = np.arange(old.n_entries)
        return rows, rows
    places = {entry_id: place for place, entry_id in enumerate(old.entry_ids)}
    pairs = [
        (places[entry_id], place)
        for place, entry_id in enumerate(new.entry_ids)
        if entry_id in places
    ]
    found = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _change(
    table: EntriesTable, metric: str, a: int, b: int, rows: NDArray[np.intp]
) -> NDArray[np.float64]:
    scores = table.scores[metric]
    return np.asarray(scores[a][rows] - scores[b][rows], dtype=np.float64)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
