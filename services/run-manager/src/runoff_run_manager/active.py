"""A run under way, as run-manager holds it in memory; all of it can be rebuilt from the log."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from runoff_contracts.event import Event
from runoff_contracts.events.uploads import PredictionsUploaded, UploadsCompleted
from runoff_contracts.task import Status
from runoff_run_manager import judges, slicing
from runoff_run_manager.budget import overrun
from runoff_run_manager.evolve import Run
from runoff_run_manager.slicing import Slice
from runoff_run_manager.uploads import Uploads

_WEIGHT = 0.5
_FIRST_OUT = 4
"""Slices a worker while no speed is known: those cut before it is are small, and each costs."""

_OUT_UNDECIDED = 2
"""Slices a worker of a run that may end at any time: one that is asked, one that waits."""


@dataclass
class ActiveRun:
    """Which slices are out, done and scored, and how fast the models answer."""

    run: Run
    seq: int
    """Last sequence of the run's lifecycle: what the next lifecycle event is guarded by."""
    traceparent: str | None = None
    next_slice: int = 0
    frontier: int = 0
    """First slice that was never out. Only from here on may entries be cut anew: a worker may
    still answer whatever was out before, with the cut that it was given."""
    may_reslice: bool = True
    """False where the queue was lost before this process came: what was out is not known then."""
    outstanding: set[int] = field(default_factory=set)
    processed: set[int] = field(default_factory=set)
    """Slices that the log has."""
    scored: set[int] = field(default_factory=set)
    n_scored: int = 0
    n_processed: int = 0
    n_answers: int = 0
    n_failed: int = 0
    cost_usd: float = 0.0
    """What is known of it."""
    bytes_per_entry: float = 0.0
    """The most that entries of a slice took in the log."""
    elapsed_s: float | None = None
    """Smoothed wall time of a slice of the present size."""
    uploads: Uploads | None = None
    """Where predictions are pushed: a slice is handed out once it has all of them."""
    _covered: list[int] = field(default_factory=list, init=False)
    """A heap of slices that have all of them; those handed out since may be among them."""

    def __post_init__(self) -> None:
        self._look_over()

    @property
    def run_id(self) -> str:
        """Its id."""
        return self.run.run_id

    @property
    def n_entries(self) -> int:
        """Entries asked about; of a decided run, those that were handed out by then.

        What is out ends, so that they are all entries from the first one to some last one.
        """
        n_entries, decided = self.run.created.n_entries, self.run.decided
        if decided is None or not self.run.plan:
            return n_entries
        untouched = slicing.slice_at(self.run.plan, self.frontier, n_entries)
        return n_entries if untouched is None else max(untouched.start, decided.n)

    @property
    def all_scored(self) -> bool:
        """Whether nothing is left but to settle."""
        return self.n_scored >= self.n_entries

    @property
    def is_fed(self) -> bool:
        """Whether its work is handed out: not before it starts, nor while it is paused."""
        return bool(self.run.plan) and self.run.status is Status.RUNNING

    @property
    def is_starved(self) -> bool:
        """Whether nothing can be handed out before more predictions are pushed."""
        return self.uploads is not None and self.is_fed and self.upcoming() is None

    @property
    def is_paused(self) -> bool:
        """Whether a person halted it."""
        return self.run.status is Status.PAUSED

    def waits_s(self, now: datetime) -> float:
        """Seconds until it may start; 0 where it may or did."""
        start_at = self.run.created.start_at
        if start_at is None or not self.run.waits(now):
            return 0.0
        return (start_at - now).total_seconds()

    def overrun(self) -> str | None:
        """Why it has to end before its time; none where it may go on."""
        return overrun(
            self.run.created,
            n_processed=self.n_processed,
            n_failed=self.n_failed,
            cost_usd=self.cost_usd,
        )

    def largest_slice(self) -> int:
        """The most entries that a slice may hold."""
        created = self.run.created
        return slicing.largest_slice(
            n_entries=created.n_entries,
            batch_size=created.config.batch_size,
            n_contenders=len(created.contenders),
            n_attempts=created.config.retries + 1,
            task=created.task,
            n_verdicts=judges.n_questions(created),
            bytes_per_entry=self.bytes_per_entry,
            score_bytes=slicing.score_bytes(each.name for each in created.scorers),
        )

    @property
    def entry_s(self) -> float | None:
        """What an entry takes of a worker; none where that was not measured."""
        return None if self.elapsed_s is None else self.elapsed_s / self.run.plan[-1].size

    def first_size(self, entry_s: float | None = None) -> int:
        """Slice size before the first measurement; `entry_s` is what is known of an equal run."""
        created = self.run.created
        return slicing.first_size(
            largest=self.largest_slice(),
            sleep_s=created.config.sleep_s,
            entry_s=entry_s,
            # Nothing is asked either where all that it needs is pushed.
            asks=bool(created.judges)
            or (
                (created.answers_from is None or created.answers_from.what != "all")
                and len(created.live) < len(created.contenders)
            ),
        )

    def better_size(self) -> int | None:
        """Size from the frontier on that fits the measured speed; none where this one does."""
        if self.elapsed_s is None or not self.may_reslice or self.untouched() is None:
            return None
        size = self.run.plan[-1].size
        return slicing.better_size(size, elapsed_s=self.elapsed_s, largest=self.largest_slice())

    def untouched(self) -> Slice | None:
        """The first slice that was never out; none where all were."""
        return slicing.slice_at(self.run.plan, self.frontier, self.n_entries)

    def upcoming(self) -> Slice | None:
        """The next slice that the log does not have and that is not out; none at the end.

        Of a run that waits for predictions, the first one that has them all.
        """
        if self.uploads is not None and not self.uploads.is_whole:
            while self._covered and self._is_taken(self._covered[0]):
                heapq.heappop(self._covered)
            if not self._covered:
                return None
            return slicing.slice_at(self.run.plan, self._covered[0], self.n_entries)
        while (
            piece := slicing.slice_at(self.run.plan, self.next_slice, self.n_entries)
        ) is not None and self._is_taken(piece.number):
            self.next_slice += 1
        return piece

    def window(self, *, share: int, n_workers: int) -> int:
        """Slices that may be out at once: a fair share, and never so few that calls would idle."""
        calls = 2 * self.run.created.config.concurrency * max(n_workers, 1)
        if n_workers and not self.processed:
            share = min(share, _FIRST_OUT * n_workers)
        if self.run.created.config.stop_when_decided is not None:
            # Whatever is out when it is decided is asked for nothing.
            share = min(share, _OUT_UNDECIDED * max(n_workers, 1))
        return max(share, -(-calls // self.run.plan[-1].size))

    def note_out(self, number: int) -> None:
        """A slice is in the work queue, or about to be."""
        self.outstanding.add(number)
        self.frontier = max(self.frontier, number + 1)

    def note_lost(self, numbers: Iterable[int]) -> None:
        """Slices are out no more, and are to be handed out again."""
        for number in numbers:
            if number in self.outstanding:
                self.outstanding.discard(number)
                self.next_slice = min(self.next_slice, number)
                if self.uploads is not None:
                    heapq.heappush(self._covered, number)

    def note_processed(
        self,
        number: int,
        *,
        n: int,
        n_answers: int,
        n_failed: int,
        elapsed_s: float,
        cost_usd: float = 0.0,
        n_bytes: int = 0,
    ) -> None:
        """A slice is in the log, `n_bytes` long."""
        self.outstanding.discard(number)
        self.frontier = max(self.frontier, number + 1)
        if number in self.processed:
            return
        self.processed.add(number)
        self.n_processed += n
        self.n_answers += n_answers
        self.n_failed += n_failed
        self.cost_usd += cost_usd
        self.bytes_per_entry = max(self.bytes_per_entry, n_bytes / max(n, 1))
        if self.run.plan and number >= self.run.plan[-1].first_slice and n:
            full = elapsed_s * self.run.plan[-1].size / n
            before = full if self.elapsed_s is None else self.elapsed_s
            self.elapsed_s = before + _WEIGHT * (full - before)

    def note_scored(self, number: int, *, n: int) -> None:
        """The scores of a slice are in the log."""
        if number not in self.scored:
            self.scored.add(number)
            self.n_scored += n

    def note_uploaded(self, events: Iterable[Event]) -> None:
        """`uploads` has folded these: find the slices that have all predictions now."""
        if not self.run.plan:
            return
        touched: set[int] = set()
        for event in events:
            if isinstance(event, UploadsCompleted):
                self._look_over()
                return
            if isinstance(event, PredictionsUploaded):
                for start, n in event.rows.ranges:
                    first = slicing.number_at(self.run.plan, start)
                    touched.add(first)
                    if n > 1:
                        last = slicing.number_at(self.run.plan, start + n - 1)
                        touched.update(range(first + 1, last + 1))
        for number in touched:
            self._offer(number)

    def advanced(self, run: Run, seq: int) -> None:
        """The lifecycle went on; where the plan has a new last segment, measure anew.

        What was read earlier and comes later changes nothing.
        """
        if seq < self.seq:
            return
        is_cut_anew = run.plan != self.run.plan
        if is_cut_anew:
            self.elapsed_s = None
        self.run, self.seq = run, seq
        if is_cut_anew:
            self._look_over()

    def _is_taken(self, number: int) -> bool:
        return number in self.processed or number in self.outstanding

    def _look_over(self) -> None:
        """Find every slice that has all its predictions."""
        self._covered.clear()
        if self.uploads is None or not self.run.plan:
            return
        for number in range(slicing.number_at(self.run.plan, self.n_entries - 1) + 1):
            self._offer(number)

    def _offer(self, number: int) -> None:
        piece = slicing.slice_at(self.run.plan, number, self.n_entries)
        if piece is None or self.uploads is None or self._is_taken(number):
            return
        if self.uploads.covers(piece.start, piece.n):
            heapq.heappush(self._covered, number)


def fair_share(n_runs: int, *, budget: int) -> int:
    """Slices that each of so many runs of one priority may have out."""
    return max(budget // max(n_runs, 1), 2)
