"""The boxes of a run as flat arrays, for average precision."""

from array import array
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from runoff_contracts.answers import target_boxes
from runoff_contracts.events.entry import EntryProcessed
from runoff_scoring.report.parts import EntryPart

_ROW = 7


class Boxes:
    """All are added before the first is read.

    Seven numbers a box: entry, label, x, y, width, height, and one more, which is the confidence of
    an answered box (NaN where none was given), and 1 for a target that is a crowd.
    """

    def __init__(self, n_contenders: int, n_entries: int) -> None:
        self._targets = array("d")
        self._answers = [array("d") for _ in range(n_contenders)]
        self._codes: dict[str, int] = {}
        self.has_target = np.zeros(n_entries, dtype=bool)
        """Whether it is known what is to be found, if only that it is nothing."""

    def add(self, entry: EntryPart | EntryProcessed) -> None:
        """The boxes of one entry; none are taken of a target that is no list of boxes."""
        if entry.target is None:
            return
        try:
            wanted = target_boxes(entry.target)
        except ValidationError:
            return
        self.has_target[entry.index] = True
        for target in wanted:
            code = self._code(target.label)
            self._targets.extend(
                (entry.index, code, target.x, target.y, target.width, target.height, target.crowd)
            )
        for prediction in entry.predictions:
            answers = self._answers[prediction.contender]
            for box in prediction.boxes or ():
                confidence = np.nan if box.confidence is None else box.confidence
                code = self._code(box.label)
                answers.extend((entry.index, code, box.x, box.y, box.width, box.height, confidence))

    @cached_property
    def labels(self) -> list[str]:
        """Sorted; the second number of a row is a place in this list."""
        return sorted(self._codes)

    @cached_property
    def targets(self) -> NDArray[np.float64]:
        """Of shape (n, 7), in entry order."""
        return self._rows(self._targets)

    def answers(self, contender: int) -> NDArray[np.float64]:
        """Of shape (n, 7), in entry order, within an entry in the order of the answer."""
        return self._rows(self._answers[contender])

    def _rows(self, numbers: "array[float]") -> NDArray[np.float64]:
        """Slices come in any order, which is not to show: in ties of confidence, in sums."""
        rows = np.array(numbers, dtype=np.float64).reshape(-1, _ROW)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        places = np.zeros(len(self._codes))
        places[[self._codes[label] for label in self.labels]] = np.arange(len(self._codes))
        rows[:, 1] = places[rows[:, 1].astype(np.intp)]
        return rows

    def _code(self, label: str) -> int:
        return self._codes.setdefault(label, len(self._codes))
