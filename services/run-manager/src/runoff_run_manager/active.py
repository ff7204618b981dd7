"""A run under way, as run-manager holds it in memory; all of it can be rebuilt from the log."""

from dataclasses import dataclass, field

from runoff_run_manager import slicing
from runoff_run_manager.evolve import Run
from runoff_run_manager.slicing import Slice

_WEIGHT = 0.5


@dataclass
class ActiveRun:
    """Which slices are out, done and scored, and how fast the models answer."""

    run: Run
    seq: int
    """Last sequence of the run's lifecycle: what the next lifecycle event is guarded by."""
    traceparent: str | None = None
    next_slice: int = 0
    outstanding: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)
    """Outstanding slices that the last look into the work queue did not find."""
    processed: dict[int, int] = field(default_factory=dict)
    """Entries in each slice that the log has."""
    scored: dict[int, int] = field(default_factory=dict)
    n_answers: int = 0
    n_failed: int = 0
    elapsed_s: float | None = None
    """Smoothed wall time of a slice of the present size."""

    @property
    def run_id(self) -> str:
        """Its id."""
        return self.run.run_id

    @property
    def n_entries(self) -> int:
        """Entries asked about."""
        return self.run.created.n_entries

    @property
    def all_scored(self) -> bool:
        """Whether nothing is left but to settle."""
        return sum(self.scored.values()) >= self.n_entries

    def largest_slice(self) -> int:
        """The most entries that a slice may hold."""
        created = self.run.created
        return slicing.largest_slice(
            n_entries=created.n_entries,
            batch_size=created.config.batch_size,
            n_contenders=len(created.contenders),
        )

    def first_size(self) -> int:
        """Slice size before the first measurement."""
        return slicing.first_size(
            largest=self.largest_slice(), sleep_s=self.run.created.config.sleep_s
        )

    def better_size(self) -> int | None:
        """Slice size that fits the measured speed; none where the present one does."""
        if self.elapsed_s is None or self.upcoming() is None:
            return None
        size = self.run.plan[-1].size
        return slicing.better_size(size, elapsed_s=self.elapsed_s, largest=self.largest_slice())

    def upcoming(self) -> Slice | None:
        """The next slice that the log does not have and that is not out; none at the end."""
        while (
            piece := slicing.slice_at(self.run.plan, self.next_slice, self.n_entries)
        ) is not None and (piece.number in self.processed or piece.number in self.outstanding):
            self.next_slice += 1
        return piece

    def window(self, *, share: int, n_workers: int) -> int:
        """Slices that may be out at once: a fair share, and never so few that calls would idle."""
        calls = 2 * self.run.created.config.concurrency * max(n_workers, 1)
        return max(share, -(-calls // self.run.plan[-1].size))

    def note_processed(
        self, number: int, *, n: int, n_answers: int, n_failed: int, elapsed_s: float
    ) -> None:
        """A slice is in the log."""
        self.outstanding.discard(number)
        self.missing.discard(number)
        if number in self.processed:
            return
        self.processed[number] = n
        self.n_answers += n_answers
        self.n_failed += n_failed
        if self.run.plan and number >= self.run.plan[-1].first_slice and n:
            full = elapsed_s * self.run.plan[-1].size / n
            before = full if self.elapsed_s is None else self.elapsed_s
            self.elapsed_s = before + _WEIGHT * (full - before)

    def resliced(self, run: Run, seq: int) -> None:
        """The plan has a new last segment: measure anew."""
        self.run, self.seq, self.elapsed_s = run, seq, None


def fair_shares(active: list[ActiveRun], *, budget: int) -> int:
    """Slices that each run of one priority may have out."""
    return max(budget // max(len(active), 1), 2)
