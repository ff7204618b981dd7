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
from runoff_scoring.comparing.joined import Joined, Rows
from runoff_scoring.comparing.matched import (
    N_THRESHOLDS,
    Matched,
    average_precisions,
    match,
    of_images,
)
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
_PER_CATEGORY = 30
"""Boxes that take as long as to begin with a category."""
_FEWEST, _MOST = 200, 1_000


@dataclass(frozen=True)
class _Images:
    """Some of the images, with what is resampled among them."""

    matched: list[Matched]
    """One a contender."""
    n: int
    n_missing: int
    """Compared entries without a target, or that not all answered."""
    units: NDArray[np.intp] | None
    """Cluster of each image, numbered from 0; None where each is drawn by itself."""
    n_groups: int = 0
    """Of which this is one; 0 for all images."""

    @property
    def n_units(self) -> int:
        """What is drawn: images, or clusters of them."""
        return self.n if self.units is None else int(self.units.max(initial=-1)) + 1

    def spread(self, rows: NDArray[np.generic]) -> NDArray[np.generic]:
        """Of units, shape (n_rows, n_units), to images."""
        return rows if self.units is None else rows[:, self.units]

    def work(self, pairs: Sequence[Pair]) -> int:
        """Of one resample."""
        each = [len(found.image) + _PER_CATEGORY * _n_wanted(found) for found in self.matched]
        return N_THRESHOLDS * sum(each[a] + each[b] for a, b in pairs)


class Ranking:
    """Matched boxes of all contenders on the images that all answered, and that have targets."""

    def __init__(
        self, joined: Joined, asked: ComparisonAsked, clusters: NDArray[np.int64] | None
    ) -> None:
        self._asked, self._clusters = asked, clusters
        self._n_entries = joined.n_entries
        self._rows = np.flatnonzero(joined.answered.all(axis=0) & _has_target(joined))
        self._matched = _matched(joined, self._rows)

    def find(self, pairs: Sequence[Pair]) -> list[Found]:
        """Both metrics over all images."""
        images = self._images(np.arange(len(self._rows)), self._n_entries)
        return self._found(images, pairs, _affordable(images.work(pairs)))

    def find_groups(self, pairs: Sequence[Pair], groups: Sequence[EntryGroup]) -> list[list[Found]]:
        """The same in each group, with one number of resamples for all of them."""
        place = np.full(self._n_entries, -1, dtype=np.intp)
        place[self._rows] = np.arange(len(self._rows))
        parts = []
        for group in groups:
            here = place[group.rows]
            parts.append(self._images(here[here >= 0], len(group.rows), len(groups)))
        n_resamples = _affordable(sum(each.work(pairs) for each in parts))
        return [self._found(each, pairs, n_resamples) for each in parts]

    def _images(self, places: Rows, n_entries: int, n_groups: int = 0) -> _Images:
        units = None
        if self._clusters is not None:
            units = np.unique(self._clusters[self._rows[places]], return_inverse=True)[1]
        everything = len(places) == len(self._rows)
        matched = [each if everything else of_images(each, places) for each in self._matched]
        return _Images(matched, len(places), n_entries - len(places), units, n_groups)

    def _found(self, images: _Images, pairs: Sequence[Pair], n_resamples: int) -> list[Found]:
        ones = np.ones((1, images.n))
        here = np.stack([average_precisions([each], [ones])[0] for each in images.matched])
        exists = bool(images.n) and not np.isnan(here).any()
        if not exists:
            n_resamples = 0
        drawn = self._drawn(images, n_resamples)
        shown = [self._shown(name, images, n_resamples) for name in RANKED]
        swapped = {pair: self._swapped(images, pair, n_resamples) for pair in pairs}
        return [
            Found(
                shown=shown[column],
                estimates=[
                    self._estimate(images, here[place, column], drawn[place, :, column])
                    for place in range(len(here))
                ],
                pairs={
                    (a, b): self._pair(
                        images,
                        Resampled(
                            float(here[a, column] - here[b, column]),
                            drawn[a, :, column] - drawn[b, :, column],
                            images.n_units,
                        ),
                        swapped[a, b][:, column],
                        has_margin=RANKED[column] == (self._asked.metrics or [""])[0],
                    )
                    for a, b in pairs
                },
            )
            for column in range(len(RANKED))
        ]

    def _drawn(self, images: _Images, n_resamples: int) -> Values:
        """Of each contender on each resample, shape (c, n_resamples, 2)."""
        parts = [np.zeros((len(images.matched), 0, len(RANKED)))]
        if n_resamples and images.n_units > 1:
            seed = self._asked.seed
            for rows in resamples(images.n_units, n_resamples=n_resamples, seed=seed):
                weights = images.spread(rows).astype(np.float64)
                parts.append(
                    np.stack([average_precisions([each], [weights]) for each in images.matched])
                )
        return np.concatenate(parts, axis=1)

    def _swapped(self, images: _Images, pair: Pair, n_resamples: int) -> Values:
        """Differences where the two exchange their answers on some images."""
        both = [images.matched[each] for each in pair]
        parts = [np.zeros((0, len(RANKED)))]
        if n_resamples:
            drawn = swaps(images.n_units, n_resamples=n_resamples - 1, seed=self._asked.seed)
            for rows in drawn:
                taken = images.spread(rows).astype(np.float64)
                first = average_precisions(both, [1 - taken, taken])
                parts.append(first - average_precisions(both, [taken, 1 - taken]))
        return np.concatenate(parts)

    def _estimate(self, images: _Images, value: float, drawn: Values) -> Estimate:
        if not images.n or np.isnan(value):
            reason = "no target box in an image that all answered"
            return Estimate(n=0, n_correct=None, value=None, interval=None, reason=reason)
        found = Resampled(float(value), drawn, images.n_units).interval(self._asked.confidence)
        interval = found.interval
        return Estimate(
            n=images.n,
            n_correct=None,
            value=float(value),
            interval=None if interval is None else (interval.low, interval.high),
            reason=found.reason if len(drawn) or images.n_units < 2 else _too_many(images),
        )

    def _pair(
        self, images: _Images, resampled: Resampled, swapped: Values, *, has_margin: bool
    ) -> PairFound:
        if not images.n or np.isnan(resampled.estimate):
            reason = "no target box in an image of both"
            return PairFound(0, images.n_missing + images.n, None, 0, reason=reason)
        common = PairFound(images.n, images.n_missing, None, 0, difference=resampled.estimate)
        margin = self._margin(resampled) if has_margin else None
        if not len(swapped):
            return replace(common, margin=margin, reason=_too_many(images))
        found = resampled.interval(self._asked.confidence)
        tested = swapped_significance(resampled.estimate, swapped, images.n_units)
        return replace(
            common,
            interval=None if found.interval is None else (found.interval.low, found.interval.high),
            p_value=tested.p_value,
            margin=margin,
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

    def _shown(self, name: str, images: _Images, n_resamples: int) -> Shown:
        what = "images" if images.units is None else "clusters of images"
        drawn = f"{what} are drawn anew {n_resamples:,} times, the same for both contenders"
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


def _too_many(images: _Images) -> str:
    n_boxes = sum(len(each.image) for each in images.matched)
    if images.n_groups > 1:
        return f"the boxes of {images.n_groups} groups are too many to be resampled"
    return f"{n_boxes} boxes are too many to be resampled"


def _n_wanted(matched: Matched) -> int:
    return int((matched.wanted.sum(axis=1) > 0).sum())


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
