"""What the report needs of a run's processed entries, as arrays in entry order.

For c contenders and n entries the numbers take 66 bytes for each of c * n, so that a run of
100,000 entries and two contenders takes 13 MB, and 5 MB more where answers have probabilities,
however long its prompts and attempts are; boxes take 56 bytes each.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.events.lifecycle import RunCreated
from runoff_scoring.boxes import class_counts
from runoff_scoring.difference import detected
from runoff_scoring.errors import IncompleteRun
from runoff_scoring.meanings import number_of
from runoff_scoring.report.boxes import Boxes
from runoff_scoring.report.listed import Probabilities
from runoff_scoring.report.parts import EntryPart
from runoff_scoring.report.values import MAX_SECTIONS, Metadata, Values


class Columns:
    """Filled with one part of the processed entries after another, in any order.

    Arrays of numbers are float64 of shape (c, n), with NaN where nothing is known.
    """

    def __init__(self, created: RunCreated) -> None:
        self._created = created
        n_entries = created.n_entries
        shape = (len(created.contenders), n_entries)
        self.confidence = np.full(shape, np.nan)
        self.latency_s = np.full(shape, np.nan)
        self.cost_usd = np.full(shape, np.nan)
        self.n_input = np.full(shape, np.nan)
        self.n_output = np.full(shape, np.nan)
        self.total_s = np.full(shape, np.nan)
        self.logprob = np.full(shape, np.nan)
        self.answered = np.zeros(shape, dtype=bool)
        self.n_attempts = np.zeros(shape, dtype=np.uint8)
        """At most 255: there are no more than 20 retries."""
        self.points = np.full((2, *shape), np.nan) if created.task == "coordinates" else None
        """x and y of answered points."""
        self.meanings = np.zeros(shape, dtype=np.uint64) if created.task == "detection" else None
        """Equal for answers that detect the same number of boxes of each class."""
        self.section = Values(n_entries, limit=MAX_SECTIONS)
        self.split = Values(n_entries, limit=MAX_SECTIONS)
        self.metadata = Metadata(n_entries)
        self.boxes = (
            Boxes(len(created.contenders), n_entries) if created.task == "detection" else None
        )
        self.probabilities = Probabilities(len(created.contenders), n_entries)
        self.environments: set[str] = set()
        """What the run's workers ran on, each once, as JSON."""
        self._seen = np.zeros(n_entries, dtype=bool)

    def add(self, entries: Iterable[EntryPart | EntryProcessed]) -> None:
        """Take over what is kept of these entries."""
        entries = list(entries)
        if self._created.task == "classification":
            self.probabilities.add(entries)
        for entry in entries:
            index = entry.index
            self._seen[index] = True
            self.section.set(index, entry.section)
            self.split.set(index, entry.split)
            if entry.environment is not None:
                self.environments.add(entry.environment.model_dump_json())
            if entry.metadata:
                self.metadata.set(index, entry.metadata)
            self._add_predictions(entry)
            if self.boxes is not None:
                self.boxes.add(entry)

    def _add_predictions(self, entry: EntryPart | EntryProcessed) -> None:
        for prediction in entry.predictions:
            place = prediction.contender, entry.index
            self.answered[place] = prediction.is_answer
            if prediction.confidence is not None:
                self.confidence[place] = prediction.confidence
            if prediction.latency_s is not None:
                self.latency_s[place] = prediction.latency_s
            if prediction.cost_usd is not None:
                self.cost_usd[place] = prediction.cost_usd
            if prediction.usage is not None:
                self.n_input[place] = prediction.usage.n_input
                self.n_output[place] = prediction.usage.n_output
            if prediction.total_s is not None:
                self.total_s[place] = prediction.total_s
            if prediction.logprob is not None:
                self.logprob[place] = prediction.logprob
            self.n_attempts[place] = min(len(prediction.attempts), 255)
            if self.points is not None and prediction.point is not None:
                self.points[:, *place] = prediction.point.x, prediction.point.y
            if self.meanings is not None and prediction.boxes is not None:
                counts = class_counts(detected(prediction.boxes))
                self.meanings[place] = number_of(sorted(counts.items()))

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which entries were added, shape (n,)."""
        return self._seen

    def check_complete(self) -> None:
        """See that every entry was added.

        Raises:
            IncompleteRun: When one was not.
        """
        found = int(self._seen.sum())
        if found < self._created.n_entries:
            raise IncompleteRun(self._created.run_id, found=found, expected=self._created.n_entries)
