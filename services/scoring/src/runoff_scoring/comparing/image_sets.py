"""Which images average precision is of: those that a contender, or both of a pair, answered.

Where all answered the same images, all of these are one set, which is gone through once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.comparison_asked import Missing
from runoff_scoring.columns import FlatBoxes
from runoff_scoring.comparing.joined import Joined, Rows
from runoff_scoring.comparing.matched import N_THRESHOLDS, Matched, match, of_images
from runoff_scoring.comparing.tested import Pair

_PER_CATEGORY = 30
"""Boxes that take as long as to begin with a category."""


@dataclass(frozen=True)
class ImageSet:
    """Some of the images, with whom they are needed for."""

    places: Rows
    """Among the images with targets."""
    estimated: list[int]
    """Contenders that answered these, and no others."""
    pairs: list[Pair]
    """Of which both answered these, and no others."""

    @property
    def contenders(self) -> list[int]:
        """Whose boxes are needed."""
        return sorted({*self.estimated, *(each for pair in self.pairs for each in pair)})


@dataclass(frozen=True)
class Images:
    """The boxes on a set of images, with what is resampled among them."""

    matched: dict[int, Matched]
    """By contender."""
    n: int
    units: NDArray[np.intp] | None
    """Cluster of each image, numbered from 0; None where each is drawn by itself."""

    @property
    def n_units(self) -> int:
        """What is drawn: images, or clusters of them."""
        return self.n if self.units is None else int(self.units.max(initial=-1)) + 1

    def spread(self, rows: NDArray[np.generic]) -> NDArray[np.generic]:
        """Of units, shape (n_rows, n_units), to images."""
        return rows if self.units is None else rows[:, self.units]


class TargetImages:
    """The compared entries that have targets, with the matched boxes of all contenders."""

    def __init__(
        self, joined: Joined, missing: Missing, clusters: NDArray[np.int64] | None
    ) -> None:
        self._rows = np.flatnonzero(_has_target(joined))
        self._place = np.full(joined.n_entries, -1, dtype=np.intp)
        self._place[self._rows] = np.arange(len(self._rows))
        self._clusters = clusters
        self._answered = joined.answered[:, self._rows]
        if missing == "count_as_wrong":
            # It is an answer without boxes, which finds no target.
            self._answered = np.ones_like(self._answered)
        self._matched = _matched(joined, self._rows)
        self._n_boxes = np.stack(
            [np.bincount(each.image, minlength=len(self._rows)) for each in self._matched]
        )

    def sets(self, entries: Rows, pairs: Sequence[Pair]) -> list[ImageSet]:
        """Every set that is needed among some entries, each once."""
        here = self._here(entries)
        answered = self._answered[:, here]
        found: dict[bytes, ImageSet] = {}

        def of(which: NDArray[np.bool_]) -> ImageSet:
            return found.setdefault(which.tobytes(), ImageSet(here[which], [], []))

        for place, row in enumerate(answered):
            of(row).estimated.append(place)
        for a, b in pairs:
            of(answered[a] & answered[b]).pairs.append((a, b))
        return list(found.values())

    def n_boxes(self, entries: Rows) -> int:
        """Of all contenders."""
        return int(self._n_boxes[:, self._here(entries)].sum())

    def work(self, one: ImageSet) -> int:
        """Of one resample: each pair's boxes, and those of who is in no pair here."""
        each = {place: self._work(place, one.places) for place in one.contenders}
        alone = set(one.contenders) - {place for pair in one.pairs for place in pair}
        paired = sum(each[a] + each[b] for a, b in one.pairs)
        return N_THRESHOLDS * (paired + sum(each[place] for place in alone))

    def of(self, one: ImageSet) -> Images:
        """The boxes of a set."""
        everything = len(one.places) == len(self._rows)
        matched = {
            place: self._matched[place]
            if everything
            else of_images(self._matched[place], one.places)
            for place in one.contenders
        }
        units = None
        if self._clusters is not None:
            units = np.unique(self._clusters[self._rows[one.places]], return_inverse=True)[1]
        return Images(matched, len(one.places), units)

    def _here(self, entries: Rows) -> Rows:
        here = self._place[entries]
        return here[here >= 0]

    def _work(self, contender: int, places: Rows) -> int:
        wanted = self._matched[contender].wanted[:, places].sum(axis=1) > 0
        return int(self._n_boxes[contender, places].sum()) + _PER_CATEGORY * int(wanted.sum())


def _boxes_of(joined: Joined, place: int) -> FlatBoxes:
    """Those of a contender's run, which has them."""
    boxes = joined.contenders[place].run.record.columns.boxes
    assert boxes is not None, "`ranked.why_not` was asked"
    return boxes


def _has_target(joined: Joined) -> NDArray[np.bool_]:
    return np.asarray(_boxes_of(joined, 0).has_target[joined.index[0]], dtype=np.bool_)


def _matched(joined: Joined, rows: Rows) -> list[Matched]:
    runs = [_boxes_of(joined, place) for place in range(len(joined.contenders))]
    labels = sorted({label for boxes in runs for label in boxes.labels})
    return [
        match(boxes, each.position, joined.index[place][rows], labels)
        for place, (boxes, each) in enumerate(zip(runs, joined.contenders, strict=True))
    ]
