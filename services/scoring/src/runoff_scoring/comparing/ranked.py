"""Average precision of contenders: of all images together, compared by resampling images.

Its cost is bounded: with many boxes there are fewer resamples, and where even the fewest would take
too long, values are given without interval or test, and the document says so.
"""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared import Estimate
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_scoring.comparing.joined import Joined
from runoff_scoring.comparing.matched import (
    N_THRESHOLDS,
    RECALLS,
    Matched,
    average_precisions,
    match,
)
from runoff_scoring.comparing.methods import PairFound
from runoff_scoring.comparing.metrics import RANKED
from runoff_scoring.comparing.tested import Found, Pair, Shown
from runoff_statistics import resampled_difference, swap_test
from runoff_statistics.resampling import BOOTSTRAP, SWAPS

Values = NDArray[np.float64]
MAX_BOXES = 200_000
"""Of all contenders together: what is more is matched in the reports of runs alone."""
_WORK = 30_000_000
"""Boxes and looked-up recalls, times thresholds, resamples and pairs: some seconds."""
_FEWEST, _MOST = 200, 1_000
_WHY = "no image has a score of its own: images are drawn anew, the same for both contenders"


class Ranking:
    """Matched boxes of all contenders on the images that all answered, and that have targets."""

    def __init__(self, joined: Joined, asked: ComparisonAsked) -> None:
        self._joined, self._asked = joined, asked
        self._rows = np.flatnonzero(joined.answered.all(axis=0) & _has_target(joined))
        self._matched = _matched(joined, self._rows)
        self._n_pairs = 1
        self._kept: dict[tuple[int, int, str, int], Values] = {}

    def find(self, pairs: Sequence[Pair]) -> list[Found]:
        """Both metrics over all images."""
        self._n_pairs = len(pairs)
        ones = np.ones((1, len(self._rows)))
        values = [average_precisions([each], [ones])[0] for each in self._matched]
        return [
            Found(
                shown=Shown(
                    name=name,
                    scorer=None,
                    kind="ranked",
                    higher_is_better=True,
                    unit=None,
                    test=SWAPS,
                    interval_method=BOOTSTRAP,
                    effect="none",
                    why=_WHY,
                ),
                estimates=[self._estimate(each[column]) for each in values],
                pairs={pair: self._pair(pair, column) for pair in pairs},
            )
            for column, name in enumerate(RANKED)
        ]

    def _estimate(self, value: float) -> Estimate:
        known = not np.isnan(value)
        return Estimate(
            n=len(self._rows) if known else 0,
            n_correct=None,
            value=float(value) if known else None,
            interval=None,
            reason="intervals are of differences" if known else "no target box",
        )

    def _pair(self, pair: Pair, column: int) -> PairFound:
        n = len(self._rows)
        a, b = pair
        missing = self._joined.n_entries - n
        here = average_precisions([self._matched[a]], [np.ones((1, n))])[0, column] if n else np.nan
        if not n or np.isnan(here):
            return PairFound(0, missing, None, 0, reason="no target box in an image of both")
        n_boxes = len(self._matched[a].image) + len(self._matched[b].image)
        looks = n_boxes + 2 * len(RECALLS) * len(self._matched[a].wanted)
        n_resamples = min(_MOST, _WORK // (self._n_pairs * N_THRESHOLDS * looks))
        if n_resamples < _FEWEST:
            there = average_precisions([self._matched[b]], [np.ones((1, n))])[0, column]
            reason = f"{n_boxes} boxes are too many to be resampled"
            return PairFound(n, missing, None, 0, difference=float(here - there), reason=reason)
        found = resampled_difference(
            self._resampled(pair, column),
            n,
            confidence=self._asked.confidence,
            n_resamples=n_resamples,
            seed=self._asked.seed,
        )
        tested = swap_test(
            self._swapped(pair, column), n, n_resamples=n_resamples - 1, seed=self._asked.seed
        )
        interval = found.interval
        return PairFound(
            n_both=n,
            n_missing=missing,
            table=None,
            n_disagree=0,
            difference=found.estimate,
            interval=None if interval is None else (interval.low, interval.high),
            p_value=tested.p_value,
            reason=found.reason or tested.reason,
        )

    def _resampled(self, pair: Pair, column: int) -> Callable[[NDArray[np.int64]], Values]:
        n_call = itertools.count()

        def difference(weights: NDArray[np.int64]) -> Values:
            def compute() -> Values:
                a, b = (
                    average_precisions([self._matched[each]], [weights.astype(np.float64)])
                    for each in pair
                )
                return np.asarray(a - b)

            return self._once((*pair, "resampled", next(n_call)), compute)[:, column]

        return difference

    def _swapped(self, pair: Pair, column: int) -> Callable[[NDArray[np.bool_]], Values]:
        n_call = itertools.count()
        both = [self._matched[each] for each in pair]

        def difference(swaps: NDArray[np.bool_]) -> Values:
            def compute() -> Values:
                kept, swapped = (~swaps).astype(np.float64), swaps.astype(np.float64)
                first = average_precisions(both, [kept, swapped])
                return np.asarray(first - average_precisions(both, [swapped, kept]))

            return self._once((*pair, "swapped", next(n_call)), compute)[:, column]

        return difference

    def _once(self, what: tuple[int, int, str, int], compute: Callable[[], Values]) -> Values:
        """Both metrics come of one computation, and ask for the same resamples in turn."""
        if what not in self._kept:
            self._kept[what] = compute()
        return self._kept[what]


def why_not(joined: Joined) -> str | None:
    """In words, why there is no average precision; None where there may be."""
    n_boxes = 0
    for each in joined.contenders:
        boxes = each.run.record.columns.boxes
        if boxes is None:
            return "no boxes"
        answers = boxes.answers[each.position]
        n_boxes += len(answers) + len(boxes.targets)
        if np.isnan(answers[:, 6]).any():
            return f"{each.name} has boxes without a confidence, which boxes are ordered by"
    return f"{n_boxes} boxes, of at most {MAX_BOXES}" if n_boxes > MAX_BOXES else None


def _has_target(joined: Joined) -> NDArray[np.bool_]:
    boxes = joined.first.record.columns.boxes
    assert boxes is not None, "`why_not` was asked"
    return np.asarray(boxes.has_target[joined.index[0]], dtype=np.bool_)


def _all_labels(joined: Joined) -> list[str]:
    found: set[str] = set()
    for each in joined.contenders:
        boxes = each.run.record.columns.boxes
        assert boxes is not None, "`why_not` was asked"
        found.update(boxes.labels)
    return sorted(found)


def _matched(joined: Joined, rows: NDArray[np.intp]) -> list[Matched]:
    labels, found = _all_labels(joined), []
    for place, each in enumerate(joined.contenders):
        boxes = each.run.record.columns.boxes
        assert boxes is not None, "`why_not` was asked"
        found.append(match(boxes, each.position, joined.index[place][rows], labels))
    return found
