"""On which entries contenders gave different answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared import AgreedPair
from runoff_contracts.comparison import MAX_LISTED, DisputedEntry, canonical
from runoff_scoring.comparing.joined import Joined
from runoff_statistics import InvalidScores, cohens_kappa

MAX_LISTED_BYTES = 600_000
"""Of the listed entries together: a page still loads."""


@dataclass(frozen=True)
class Agreement:
    """By compared entry."""

    n_agree: NDArray[np.int16]
    """Contenders behind the most frequent answer, 0 where nobody answered."""
    difference: NDArray[np.float64]
    """0 where all match, 1 where no two do; NaN where fewer than two answered."""
    confidence_difference: NDArray[np.float64]
    """Largest minus smallest; NaN where fewer than two say theirs."""


def agreement_of(joined: Joined) -> Agreement:
    """How far contenders disagree, by the rules of `runoff_scoring.difference`."""
    same = joined.same
    n_answers = (same >= 0).sum(axis=0)
    n_agree = np.zeros(joined.n_entries, dtype=np.int16)
    for row in same:
        alike = ((same == row) & (row >= 0)).sum(axis=0).astype(np.int16)
        np.maximum(n_agree, alike, out=n_agree)
    difference = np.full(joined.n_entries, np.nan)
    several = n_answers >= 2
    difference[several] = (n_answers - n_agree)[several] / (n_answers[several] - 1)
    return Agreement(n_agree, difference, _gaps(joined.number("confidence"), joined.n_entries))


def _gaps(confidence: NDArray[np.float64] | None, n_entries: int) -> NDArray[np.float64]:
    gaps = np.full(n_entries, np.nan)
    if confidence is None:
        return gaps
    known = ~np.isnan(confidence)
    several = known.sum(axis=0) >= 2
    high = np.where(known, confidence, -np.inf).max(axis=0)
    low = np.where(known, confidence, np.inf).min(axis=0)
    gaps[several] = high[several] - low[several]
    return gaps


def agreed_pairs(joined: Joined, pairs: Sequence[tuple[int, int]]) -> list[AgreedPair]:
    """How often two gave the same answer, and for labels how much of it is more than chance."""
    found = []
    for a, b in pairs:
        both = (joined.same[a] >= 0) & (joined.same[b] >= 0)
        differ = int((joined.same[a] != joined.same[b])[both].sum())
        kappa = _kappa(joined, a, b, both) if both.any() else None
        found.append(AgreedPair(a=a, b=b, n_both=int(both.sum()), n_disagree=differ, kappa=kappa))
    return found


def _kappa(joined: Joined, a: int, b: int, both: NDArray[np.bool_]) -> float | None:
    if joined.first.created.task != "classification":
        return None
    rows = [joined.labels[each][both] for each in (a, b)]
    try:
        return cohens_kappa(*rows).estimate
    except InvalidScores:  # more than a thousand labels
        return None


def most_disputed(joined: Joined, agreement: Agreement) -> tuple[int, list[DisputedEntry]]:
    """How many entries are disputed, and the first of them: largest difference first, then the
    most confident disagreement, then entry order.
    """
    disputed = np.flatnonzero(agreement.difference > 0)
    confidence = np.nan_to_num(agreement.confidence_difference[disputed], nan=-1.0)
    order = np.lexsort((disputed, -confidence, -agreement.difference[disputed]))
    found: list[DisputedEntry] = []
    n_bytes = 0
    for index in disputed[order[:MAX_LISTED]].tolist():
        gap = float(agreement.confidence_difference[index])
        entry = DisputedEntry(
            entry_id=joined.entry_ids[index],
            index=index,
            target=joined.target(index),
            answers=[joined.words(place, index) for place in range(len(joined.contenders))],
            difference=float(agreement.difference[index]),
            confidence_difference=None if np.isnan(gap) else gap,
        )
        n_bytes += len(canonical(entry)) + 1
        if n_bytes > MAX_LISTED_BYTES:
            break
        found.append(entry)
    return len(disputed), found
