"""Compared entries in the order and of the kind that somebody asks for; all of it in threads.

A million entries are sorted whole only for whoever pages far; a first page needs the first of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared_entries import EntryOrder, EntrySort, Only
from runoff_query.compared.table import EntriesTable

Values = NDArray[np.float64]
Places = NDArray[np.int32]

_LITTLE = 4 * np.finfo(np.float64).eps
"""Tells a gain from a loss of the same size, and no two sizes that scores can have."""


@dataclass(frozen=True)
class Wanted:
    """Which entries, and in which order."""

    sort: EntrySort
    order: EntryOrder
    metric: str | None
    higher_is_better: bool
    contender: int
    versus: int
    only: Only | None = None
    section: str | None = None
    split: str | None = None


@dataclass(frozen=True)
class Ordered:
    """Places of entries that fit, in order."""

    places: Places
    """All of them, or the first."""
    n_matching: int

    @property
    def is_whole(self) -> bool:
        """Whether these are all."""
        return len(self.places) == self.n_matching


def change_of(
    table: EntriesTable, wanted: Wanted, places: NDArray[np.integer] | None = None
) -> Values:
    """Score of the contender minus that of the other, NaN where one has none.

    Args:
        places: Of these entries only.
    """
    if wanted.metric is None:
        return np.full(table.n_entries if places is None else len(places), np.nan)
    scores = table.scores[wanted.metric]
    a, b = scores[wanted.contender], scores[wanted.versus]
    if places is not None:
        a, b = a[places], b[places]
    return np.asarray(a - b, dtype=np.float64)


def ordered(table: EntriesTable, wanted: Wanted, *, n: int | None = None) -> Ordered:
    """The entries that fit, in order; those without a value last, ties by their index.

    Args:
        n: Only the first so many, which is cheaper by far.
    """
    change = change_of(table, wanted) if _needs_change(wanted) else None
    fits = _fits(table, wanted, change)
    found = np.arange(table.n_entries) if fits is None else np.flatnonzero(fits)
    keys = _keys(table, wanted, change)
    keys = keys if fits is None else keys[found]
    first = _first(keys, len(keys) if n is None else n)
    return Ordered(found[first].astype(np.int32), len(found))


def _needs_change(wanted: Wanted) -> bool:
    return wanted.sort == "change" or wanted.only in {"regressions", "improvements", "ties"}


def _fits(table: EntriesTable, wanted: Wanted, change: Values | None) -> NDArray[np.bool_] | None:
    masks: list[NDArray[np.bool_]] = []
    for word, codes in ((wanted.section, table.section), (wanted.split, table.split)):
        if word is not None:
            nothing = np.zeros(table.n_entries, dtype=np.bool_)
            masks.append(nothing if codes is None else codes.fits(word))
    better = 1.0 if wanted.higher_is_better else -1.0
    # A comparison with NaN is False: what has no change is none of the three.
    match wanted.only:
        case "disagreements":
            masks.append(np.asarray(table.difference > 0))
        case "regressions" if change is not None:
            masks.append(better * change < 0)
        case "improvements" if change is not None:
            masks.append(better * change > 0)
        case "ties" if change is not None:
            masks.append(change == 0)
    return np.logical_and.reduce(masks) if masks else None


def _keys(table: EntriesTable, wanted: Wanted, change: Values | None) -> Values:
    """What sorts ascending, infinite where there is nothing to sort by."""
    sign = 1.0 if wanted.order == "asc" else -1.0
    if wanted.sort == "index":
        return sign * np.arange(table.n_entries, dtype=np.float64)
    if wanted.sort == "difference":
        keys = sign * table.difference.astype(np.float64)
    elif wanted.sort == "confidence":
        keys = sign * table.confidence_difference.astype(np.float64)
    else:
        assert change is not None
        keys = _by_size(change if wanted.higher_is_better else -change, sign)
    return np.where(np.isnan(keys), np.inf, keys)


def _by_size(gain: Values, sign: float) -> Values:
    """Size of a gain or loss times the sign; of those that are equally large, losses come first."""
    if sign < 0:
        return np.minimum(gain, gain * (-1 + _LITTLE))
    return np.maximum(-gain, gain * (1 + _LITTLE))


def _first(keys: Values, n: int) -> NDArray[np.intp]:
    """Places of the n smallest keys in order, ties by place."""
    if n <= 0:
        return np.empty(0, dtype=np.intp)
    if n >= len(keys):
        return np.argsort(keys, kind="stable")
    last = np.partition(keys, n - 1)[n - 1]
    below = np.flatnonzero(keys < last)
    alike = np.flatnonzero(keys == last)[: n - len(below)]
    chosen = np.concatenate([below, alike])
    chosen.sort()
    return chosen[np.argsort(keys[chosen], kind="stable")]
