"""What the listed probabilities of a classification say, for every entry at once.

The rules are those of the scorers `log_loss`, `brier` and `top_k`, which a run need not have: a
score an entry costs more than the figure over all of them. What a scorer would leave out, because
labels are missing from the list, is left out here too.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.events.entry import EntryProcessed
from runoff_scoring.report.parts import EntryPart
from runoff_scoring.scorers.probabilities import N_LISTED, SUM_TOLERANCE

TOP = 5
_EPSILON = np.finfo(np.float64).eps
MEASURES = {"log_loss": False, "brier": False, f"top_{TOP}": True}
"""By name, with whether higher is better."""


class Probabilities:
    """Log loss, Brier score and top-5 hit of each prediction, each of shape (c, n) or NaN."""

    def __init__(self, n_contenders: int, n_entries: int) -> None:
        self._shape = n_contenders, n_entries
        self.values: dict[str, NDArray[np.float64]] = {}
        """By name; empty as long as no answer had probabilities."""

    def add(self, entries: Iterable[EntryPart | EntryProcessed]) -> None:
        """Take over what is listed for these entries."""
        found = [
            (prediction.contender, entry.index, prediction.probabilities, entry.target)
            for entry in entries
            if isinstance(entry.target, str)
            for prediction in entry.predictions
            if prediction.probabilities and prediction.is_answer
        ]
        if not found:
            return
        if not self.values:
            self.values = {name: np.full(self._shape, np.nan) for name in MEASURES}
        contenders, indices, listed, targets = zip(*found, strict=True)
        for name, values in _measures(listed, targets).items():
            self.values[name][list(contenders), list(indices)] = values


def _measures(
    listed: Sequence[dict[str, float]], targets: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """Of each prediction, shape (m,); `listed` has one label or more of each."""
    lengths = np.fromiter(map(len, listed), np.intp, len(listed))
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    values = np.fromiter(
        chain.from_iterable(each.values() for each in listed), np.float64, int(lengths.sum())
    )
    given = np.array(
        [each.get(target, np.nan) for each, target in zip(listed, targets, strict=True)]
    )
    is_listed = ~np.isnan(given)
    total = np.add.reduceat(values, starts)
    is_part, is_none = total < 1 - SUM_TOLERANCE, total > 1 + SUM_TOLERANCE
    known = np.where(is_listed, given, 0.0)

    loss = -np.log(np.clip(known, _EPSILON, 1 - _EPSILON))
    # Ten labels that sum to 1 within the tolerance may hide a target of one in a million.
    loss[is_none | (~is_listed & (is_part | (lengths >= N_LISTED)))] = np.nan
    brier = np.add.reduceat(values * values, starts) - known**2 + (1.0 - known) ** 2
    brier[is_none | is_part] = np.nan

    # Of labels that are equally likely, the one that the model listed first comes first.
    own = np.repeat(given, lengths)
    place = np.arange(len(values)) - np.repeat(starts, lengths)
    of_target = np.array(
        [
            list(each).index(target) if has else 0
            for each, target, has in zip(listed, targets, is_listed.tolist(), strict=True)
        ]
    )
    before = (values > own) | ((values == own) & (place < np.repeat(of_target, lengths)))
    rank = np.add.reduceat(before.astype(np.intp), starts)
    top = (is_listed & (rank < TOP)).astype(np.float64)
    top[is_part & (lengths < TOP)] = np.nan
    return dict(zip(MEASURES, (loss, brier, top), strict=True))
