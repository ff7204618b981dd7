"""Average precision of contenders: of all images together, compared by resampling images.

Its cost is bounded, for all images and for all groups together: with many boxes there are fewer
resamples, and where even the fewest would take too long, values are given without interval or test,
and the document says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared import Estimate, MarginTested
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_scoring.comparing.groups import EntryGroup
from runoff_scoring.comparing.image_sets import Images, ImageSet, TargetImages
from runoff_scoring.comparing.joined import Joined, Rows
from runoff_scoring.comparing.matched import average_precisions
from runoff_scoring.comparing.methods import PairFound
from runoff_scoring.comparing.metrics import RANKED
from runoff_scoring.comparing.tested import Found, Pair, Shown
from runoff_statistics.resampling import (
    BOOTSTRAP,
    SWAPS,
    Resampled,
    resamples,
    swapped_significance,
    swaps,
)

Values = NDArray[np.float64]
MAX_BOXES = 200_000
"""Of all contenders together: what is more is matched in the reports of runs alone."""
_WORK = 30_000_000
"""Boxes times thresholds, resamples and pairs: some seconds, and as many for all groups."""
_FEWEST, _MOST = 200, 1_000


@dataclass(frozen=True)
class _Part:
    """All entries, or those of a group."""

    rows: Rows
    sets: list[ImageSet]
    n_resamples: int
    too_many: str
    """Why there are none, where there are none."""


@dataclass(frozen=True)
class _Drawn:
    """Both metrics on a set of images, and on what is drawn of it."""

    images: Images
    here: dict[int, Values]
    """By contender, shape (2,)."""
    resampled: dict[int, Values]
    """By contender, shape (n_resamples, 2)."""
    swapped: dict[Pair, Values]
    """Differences where the two exchange their answers on some images."""
    n_resamples: int


class Ranking:
    """Each contender on the images that it answered, each pair on those that both did."""

    def __init__(
        self, joined: Joined, asked: ComparisonAsked, clusters: NDArray[np.int64] | None
    ) -> None:
        self._asked = asked
        self._rows = np.arange(joined.n_entries)
        self._images = TargetImages(joined, asked.missing, clusters)
        self._what = "images" if clusters is None else "clusters of images"

    def find(self, pairs: Sequence[Pair]) -> list[Found]:
        """Both metrics over all images."""
        return self._find(pairs, [self._rows])[0]

    def find_groups(self, pairs: Sequence[Pair], groups: Sequence[EntryGroup]) -> list[list[Found]]:
        """The same in each group, with one number of resamples for all of them."""
        return self._find(pairs, [group.rows for group in groups])

    def _find(self, pairs: Sequence[Pair], parts: Sequence[Rows]) -> list[list[Found]]:
        sets = [self._images.sets(rows, pairs) for rows in parts]
        work = sum(self._images.work(one) for each in sets for one in each)
        n_resamples, found = _affordable(work), []
        for rows, each in zip(parts, sets, strict=True):
            boxes = f"{self._images.n_boxes(rows)} boxes are"
            if len(parts) > 1:
                boxes = f"the boxes of {len(parts)} groups are"
            part = _Part(rows, each, n_resamples, f"{boxes} too many to be resampled")
            found.append(self._found(part, pairs))
        return found

    def _found(self, part: _Part, pairs: Sequence[Pair]) -> list[Found]:
        estimates: dict[int, list[Estimate]] = {}
        compared: dict[Pair, list[PairFound]] = {}
        n_resamples = 0
        for one in part.sets:
            drawn = self._drawn(one, part.n_resamples)
            n_resamples = max(n_resamples, drawn.n_resamples)
            columns = range(len(RANKED))
            for each in one.estimated:
                estimates[each] = [self._estimate(drawn, part, each, k) for k in columns]
            for pair in one.pairs:
                compared[pair] = [self._pair(drawn, part, pair, k) for k in columns]
        return [
            Found(
                shown=self._shown(name, n_resamples),
                estimates=[estimates[place][column] for place in range(len(estimates))],
                pairs={pair: compared[pair][column] for pair in pairs},
            )
            for column, name in enumerate(RANKED)
        ]

    def _drawn(self, one: ImageSet, n_resamples: int) -> _Drawn:
        images = self._images.of(one)
        ones = np.ones((1, images.n))
        here = {k: average_precisions([each], [ones])[0] for k, each in images.matched.items()}
        if not images.n or any(np.isnan(each).any() for each in here.values()):
            n_resamples = 0
        return _Drawn(
            images,
            here,
            self._resampled(images, n_resamples),
            {pair: self._swapped(images, pair, n_resamples) for pair in one.pairs},
            n_resamples,
        )

    def _resampled(self, images: Images, n_resamples: int) -> dict[int, Values]:
        parts = {each: [np.zeros((0, len(RANKED)))] for each in images.matched}
        if n_resamples and images.n_units > 1:
            seed = self._asked.seed
            for rows in resamples(images.n_units, n_resamples=n_resamples, seed=seed):
                weights = images.spread(rows).astype(np.float64)
                for each, matched in images.matched.items():
                    parts[each].append(average_precisions([matched], [weights]))
        return {each: np.concatenate(values) for each, values in parts.items()}

    def _swapped(self, images: Images, pair: Pair, n_resamples: int) -> Values:
        both = [images.matched[each] for each in pair]
        parts = [np.zeros((0, len(RANKED)))]
        if n_resamples:
            drawn = swaps(images.n_units, n_resamples=n_resamples - 1, seed=self._asked.seed)
            for rows in drawn:
                taken = images.spread(rows).astype(np.float64)
                first = average_precisions(both, [1 - taken, taken])
                parts.append(first - average_precisions(both, [taken, 1 - taken]))
        return np.concatenate(parts)

    def _estimate(self, drawn: _Drawn, part: _Part, place: int, column: int) -> Estimate:
        images, value = drawn.images, float(drawn.here[place][column])
        if not images.n or np.isnan(value):
            reason = "no target box in an image that it answered"
            return Estimate(n=0, n_correct=None, value=None, interval=None, reason=reason)
        resampled = Resampled(value, drawn.resampled[place][:, column], images.n_units)
        found = resampled.interval(self._asked.confidence)
        interval = found.interval
        is_drawn = len(resampled.values) or images.n_units < 2
        return Estimate(
            n=images.n,
            n_correct=None,
            value=value,
            interval=None if interval is None else (interval.low, interval.high),
            reason=found.reason if is_drawn else part.too_many,
        )

    def _pair(self, drawn: _Drawn, part: _Part, pair: Pair, column: int) -> PairFound:
        (a, b), images, n_entries = pair, drawn.images, len(part.rows)
        resampled = Resampled(
            float(drawn.here[a][column] - drawn.here[b][column]),
            drawn.resampled[a][:, column] - drawn.resampled[b][:, column],
            images.n_units,
        )
        if not images.n or np.isnan(resampled.estimate):
            return PairFound(0, n_entries, None, 0, reason="no target box in an image of both")
        n_missing, difference = n_entries - images.n, resampled.estimate
        has_margin = RANKED[column] == (self._asked.metrics or [""])[0]
        margin = self._margin(resampled) if has_margin else None
        common = PairFound(images.n, n_missing, None, 0, difference=difference, margin=margin)
        swapped = drawn.swapped[pair][:, column]
        if not len(swapped):
            return replace(common, reason=part.too_many)
        found = resampled.interval(self._asked.confidence)
        tested = swapped_significance(difference, swapped, images.n_units)
        return replace(
            common,
            interval=None if found.interval is None else (found.interval.low, found.interval.high),
            p_value=tested.p_value,
            reason=found.reason or tested.reason,
        )

    def _margin(self, resampled: Resampled) -> MarginTested | None:
        asked = self._asked
        if asked.margin is None or asked.alpha >= 0.5:
            return None
        found = resampled.within_margin(asked.margin, alpha=asked.alpha)
        known, interval = found.p_equivalent is not None, found.interval
        return MarginTested(
            margin=asked.margin,
            equivalent=found.equivalent if known else None,
            not_inferior=found.not_inferior if known else None,
            interval=None if interval is None else (interval.low, interval.high),
            equivalence_p=found.p_equivalent,
            non_inferiority_p=found.p_not_inferior,
            method=found.method,
        )

    def _shown(self, name: str, n_resamples: int) -> Shown:
        drawn = f"{self._what} are drawn anew {n_resamples:,} times, the same for both contenders"
        return Shown(
            name=name,
            scorer=None,
            kind="ranked",
            higher_is_better=True,
            unit=None,
            test=SWAPS,
            interval_method=BOOTSTRAP,
            effect="none",
            why=f"no image has a score of its own: {drawn if n_resamples else 'nothing is drawn'}",
        )


def why_not(joined: Joined) -> str | None:
    """In words, why there is no average precision; None where there may be."""
    if joined.is_pooled:
        return "contenders of several runs have no one set of boxes"
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


def _affordable(work: int) -> int:
    """Resamples that the budget is enough for; none where it is not enough for the fewest."""
    n = _MOST if not work else min(_MOST, _WORK // work)
    return n if n >= _FEWEST else 0
