"""Which entries several runs share, by id: a million ids without a million Python objects."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runoff_objects.arrays import Texts

_PRIME = np.uint64(0x100000001B3)
_LONGEST = 64
"""Bytes of an id that are looked at at once; longer ones are joined as Python texts."""


def shared_rows(ids: Sequence[Texts]) -> tuple[list[NDArray[np.intp]], int]:
    """Rows of the ids that are in all lists, in the order of the first, and how many any has.

    No list holds an id twice.
    """
    first = ids[0]
    if all(_alike(first, other) for other in ids[1:]):
        return [np.arange(len(first), dtype=np.intp) for _ in ids], len(first)
    numbers = _numbers(ids)
    rows = [np.arange(len(first), dtype=np.intp)]
    for other in numbers[1:]:
        order = np.argsort(other, kind="stable")
        place = np.searchsorted(other[order], numbers[0][rows[0]])
        found = order[np.minimum(place, len(order) - 1)] if len(order) else place
        there = (place < len(order)) & (
            other[found] == numbers[0][rows[0]] if len(order) else np.zeros(len(place), dtype=bool)
        )
        rows = [each[there] for each in rows] + [found[there].astype(np.intp)]
    # By sorting: numpy's own `unique` hashes, which takes ten times as long.
    ranked = np.sort(np.concatenate(numbers))
    return rows, int(np.count_nonzero(ranked[1:] != ranked[:-1])) + bool(len(ranked))


def _alike(a: Texts, b: Texts) -> bool:
    return np.array_equal(a.ends, b.ends) and np.array_equal(a.utf8, b.utf8)


def _numbers(ids: Sequence[Texts]) -> list[NDArray[np.uint64]]:
    """A number for each id, equal for equal ids and for no others."""
    if all(_widest(each) <= _LONGEST for each in ids):
        hashed = [_hashes(each) for each in ids]
        if _tells_apart(ids, hashed):
            return hashed
    codes: dict[str, int] = {}
    return [
        np.fromiter(
            (codes.setdefault(text, len(codes)) for text in each), dtype=np.uint64, count=len(each)
        )
        for each in ids
    ]


def _widest(texts: Texts) -> int:
    return int(np.diff(texts.ends, prepend=0).max(initial=0))


def _hashes(texts: Texts) -> NDArray[np.uint64]:
    """FNV-1a of each text, all at once, byte by byte; the length counts as one more byte.

    Source: Fowler, Noll, Vo, Eastlake, The FNV Non-Cryptographic Hash Algorithm (RFC 9923).
    """
    starts = np.concatenate([[0], texts.ends[:-1]]).astype(np.int64)
    lengths = texts.ends - starts
    found = np.full(len(texts), 0xCBF29CE484222325, dtype=np.uint64)
    found = (found ^ lengths.astype(np.uint64)) * _PRIME
    for place in range(_widest(texts)):
        longer = np.flatnonzero(lengths > place)
        byte = texts.utf8[starts[longer] + place].astype(np.uint64)
        found[longer] = (found[longer] ^ byte) * _PRIME
    return found


def _tells_apart(ids: Sequence[Texts], hashed: Sequence[NDArray[np.uint64]]) -> bool:
    """Whether equal hashes are of equal ids, of all of them."""
    everything = np.concatenate(hashed)
    order = np.argsort(everything, kind="stable")
    ranked = everything[order]
    again = np.flatnonzero(ranked[1:] == ranked[:-1])
    if not len(again):
        return True
    texts = Texts(
        np.concatenate([each.utf8 for each in ids]),
        np.concatenate(
            [each.ends + offset for each, offset in zip(ids, _offsets(ids), strict=True)]
        ),
    )
    return _alike(texts.take(order[again]), texts.take(order[again + 1]))


def _offsets(ids: Sequence[Texts]) -> list[int]:
    lengths = [len(each.utf8) for each in ids]
    return [sum(lengths[:place]) for place in range(len(lengths))]
