"""What runs come to while their slices are scored, so that a report needs no second reading.

Reading a run again is a third of the price of scoring it. What is gathered here is a copy of what
the log says: where it is not whole (this process came later, the run is too large, somebody else
wrote a slice), the log is read instead.
"""

import threading
from collections.abc import Sequence

from runoff_contracts.events.entry import EntryProcessed, EntryScored
from runoff_contracts.events.lifecycle import RunCreated
from runoff_scoring.columns import AnswerColumns
from runoff_scoring.errors import IncompleteRun
from runoff_scoring.record import Record
from runoff_scoring.report import Columns, EntryPart, Evidence, Judges, Unscored
from runoff_scoring.scorecards import Scorecards, ScorecardsBuilder

_MOST_ANSWERS = 500_000
"""Of all runs together, at some 100 bytes each."""
_BOXES = 20
"""An answer of boxes takes so many times the room."""


class Gathered:
    """One run as arrays, filled with its slices in any order."""

    def __init__(self, created: RunCreated) -> None:
        self.created = created
        self._cards, self._columns = ScorecardsBuilder(created), Columns(created)
        self._unscored, self._judges = Unscored(), Judges(created)

    def add_scored(self, entries: Sequence[EntryScored]) -> None:
        """Take over scores."""
        self._cards.add(entries)
        self._unscored.add(entries)

    def add_processed(self, entries: Sequence[EntryProcessed | EntryPart]) -> None:
        """Take over answers."""
        self._columns.add(entries)
        self._judges.add(entries)

    def record(self) -> Record:
        """What a comparison is made of: the entries that were scored, be they all or not."""
        cards = Scorecards(**self._cards.arrays(partial=True))
        return Record(cards, AnswerColumns.of(self._columns).take(cards.places))

    def whole(self) -> tuple[Evidence, Record]:
        """Everything that the report of a completed run is made of, and its record.

        Raises:
            IncompleteRun: When an entry of the run was not added.
        """
        self._columns.check_complete()
        cards = Scorecards(**self._cards.arrays())
        judges = self._judges.reports()
        evidence = Evidence(self.created, cards, self._columns, self._unscored, judges)
        return evidence, Record(cards, AnswerColumns.of(self._columns))


class Gathering:
    """The runs whose slices are being scored; the oldest give way where they become too many.

    Filled by one thread at a time while another may let go.
    """

    def __init__(self, *, most_answers: int = _MOST_ANSWERS) -> None:
        self._most_answers = most_answers
        self._runs: dict[str, Gathered] = {}
        self._slices: dict[str, set[int]] = {}
        self._lock = threading.Lock()

    def open(self, created: RunCreated) -> None:
        """Gather a run from its first slice on."""
        with self._lock:
            self._runs.pop(created.run_id, None)
            if _n_answers(created) > self._most_answers:
                return
            self._runs[created.run_id] = Gathered(created)
            self._slices[created.run_id] = set()
            while self._n_kept() > self._most_answers:
                oldest = next(iter(self._runs))
                del self._runs[oldest], self._slices[oldest]

    def add(
        self,
        run_id: str,
        number: int,
        processed: Sequence[EntryProcessed],
        scored: Sequence[EntryScored],
    ) -> None:
        """Take over a slice that was scored; one that comes twice may not be counted twice."""
        with self._lock:
            gathered, slices = self._runs.get(run_id), self._slices.get(run_id, set())
        if gathered is None:
            return
        if number in slices:
            self.drop(run_id)
            return
        slices.add(number)
        try:
            gathered.add_processed(processed)
            gathered.add_scored(scored)
        except IndexError:  # an entry or a contender that the run does not have
            self.drop(run_id)

    def drop(self, run_id: str) -> None:
        """Gather a run no more: it is over, or the log has other slices than were seen here."""
        self._take(run_id)

    def take_whole(self, run_id: str) -> tuple[Evidence, Record] | None:
        """Everything that is known of a run, which is let go of; none where it is not whole."""
        gathered = self._take(run_id)
        try:
            return gathered.whole() if gathered else None
        except IncompleteRun:
            return None

    def _n_kept(self) -> int:
        return sum(_n_answers(each.created) for each in self._runs.values())

    def _take(self, run_id: str) -> Gathered | None:
        with self._lock:
            self._slices.pop(run_id, None)
            return self._runs.pop(run_id, None)


def _n_answers(created: RunCreated) -> int:
    weight = _BOXES if created.task == "detection" else 1
    return weight * created.n_entries * len(created.contenders)
