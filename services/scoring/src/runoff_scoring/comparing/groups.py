"""The groups of entries that are compared besides all entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.answers import target_words
from runoff_scoring.comparing import refusals
from runoff_scoring.comparing.joined import Joined, Rows

MAX_VALUES = 50
"""Of one dimension: what is more is left out, for each value is a row of tests."""
MAX_CELLS = 20_000
"""Groups times metrics times pairs: some 10 MB of document."""
DEFAULT = ["section", "split"]


@dataclass(frozen=True)
class EntryGroup:
    """Entries that share a value."""

    by: Literal["section", "split", "class", "metadata"]
    key: str | None
    value: str
    rows: Rows


def groups_of(
    joined: Joined, by: Sequence[str], left_out: list[str], *, n_cells: int
) -> list[EntryGroup]:
    """The groups of each dimension, by value; those without any, or with too many, are left out.

    Args:
        n_cells: Metrics times pairs.
        left_out: Takes in words what is not here.
    """
    found: list[EntryGroup] = []
    for dimension in by:
        made = _groups(joined, dimension, left_out)
        if (len(found) + len(made)) * n_cells > MAX_CELLS:
            left_out.append(f"{dimension}: this document has no room for {len(made)} values more")
            continue
        found += made
    return found


def _groups(joined: Joined, dimension: str, left_out: list[str]) -> list[EntryGroup]:
    given_up = joined.first.record.columns.given_up.get(dimension)
    coded = coded_by(joined, dimension)
    if coded is None:
        if given_up is not None:
            left_out.append(f"{dimension}: {given_up}")
        return []
    values, codes = coded
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    there = np.flatnonzero(counts)
    if len(there) > MAX_VALUES:
        left_out.append(f"{dimension}: more than {MAX_VALUES} values")
        return []
    if len(there) == 1 and counts[there[0]] == joined.n_entries:
        # A group of all entries is no group, and would be tested twice.
        left_out.append(f"{dimension}: all entries have the same value")
        return []
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(counts) + int(np.count_nonzero(codes < 0))
    kind, _, key = dimension.partition(".")
    return [
        EntryGroup(
            by=cast(Literal["section", "split", "class", "metadata"], kind),
            key=key or None,
            value=values[place],
            rows=order[ends[place] - counts[place] : ends[place]],
        )
        for place in there.tolist()
    ]


def coded_by(joined: Joined, dimension: str) -> tuple[Sequence[str], NDArray[np.int64]] | None:
    """Values, and the place of each entry's among them, -1 where it has none."""
    if dimension == "class":
        return _classes(joined)
    coded = joined.first.record.columns.by.get(dimension)
    if coded is None:
        return None
    values, codes = coded
    return list(values), joined.of_entries(joined.first, codes).astype(np.int64)


def _classes(joined: Joined) -> tuple[Sequence[str], NDArray[np.int64]] | None:
    """Entries by target, where that is one label."""
    if joined.first.created.task != "classification":
        return None
    cards = joined.first.record.cards
    words = [target_words(cards.target_of(code)) for code in range(len(cards.targets))]
    codes = joined.of_entries(joined.first, cards.target_codes).astype(np.int64)
    if "null" in list(cards.targets):
        codes = np.where(codes == list(cards.targets).index("null"), -1, codes)
    order = sorted(range(len(words)), key=words.__getitem__)
    places = np.full(len(words) + 1, -1, dtype=np.int64)
    places[order] = np.arange(len(words))
    return [words[each] for each in order], places[codes]


def clusters_of(joined: Joined, dimension: str | None) -> NDArray[np.int64] | None:
    """What each entry belongs to; one without a value stands alone.

    Raises:
        NotComparable: When no entry has such a value.
    """
    if dimension is None:
        return None
    coded = coded_by(joined, dimension)
    if coded is None:
        raise refusals.unknown_clusters(dimension)
    values, codes = coded
    return np.where(codes >= 0, codes, len(values) + np.arange(len(codes)))
