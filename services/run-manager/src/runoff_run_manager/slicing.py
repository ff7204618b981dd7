"""How a run's entries are cut into slices: pure arithmetic over a plan that is in the log.

Every slice's subject may be written once, so two dispatchers must cut alike. The plan is a list
of segments; each begins at an entry and numbers its slices onwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runoff_contracts.task import Task

TARGET_S = 1.0
"""Time that a worker should spend on a slice: a fact a second, and little to repeat."""
MAX_SLICE = 500
FIRST_SLICE = 16
"""Entries of a slice while nothing is known of the models' speed."""
MIN_SLICES = 12
"""A run is cut at least so fine, so that workers end together and progress is seen. Each slice
costs two synced appends and a commit, which quick models feel."""
_MESSAGE_BYTES = 1_000_000
_ENTRY_BYTES, _PREDICTION_BYTES, _ATTEMPT_BYTES = 1100, 550, 500
"""What ids and labels of 200 characters take, and the 200 of each error's message that a worker
keeps when a slice is too large for a message. A slice is one message, and is planned for a
quarter of the log's limit of 4 MB: answers may be longer than was thought."""
_VERDICT_BYTES = 700
"""What a judge's reason takes that a worker keeps then, with who is judged."""
_ANSWER_BYTES: dict[Task, int] = {
    "classification": 0,
    "detection": 4000,
    "coordinates": 50,
    "text": 4000,
}
"""What an answer takes besides: forty boxes, or a page of text. Longer ones are measured."""
_SCORE_BYTES = 180
"""What a score takes beside its scorer's name: a value, or the 100 characters of the reason that
scoring keeps when a slice is too large."""
_GROWTH = 16
_WORTH = 2.0


@dataclass(frozen=True)
class Segment:
    """From `from_entry` on, slices of `size` entries, numbered from `first_slice`."""

    first_slice: int
    from_entry: int
    size: int


@dataclass(frozen=True)
class Slice:
    """Entries `start` to `start + n - 1` of a run."""

    number: int
    start: int
    n: int


def slice_at(plan: Sequence[Segment], number: int, n_entries: int) -> Slice | None:
    """Slice of that number; none behind the last entry.

    Args:
        plan: Segments in order, at least one.
    """
    place = max(i for i, segment in enumerate(plan) if segment.first_slice <= number)
    segment = plan[place]
    start = segment.from_entry + (number - segment.first_slice) * segment.size
    stop = min(start + segment.size, n_entries)
    if place + 1 < len(plan):
        stop = min(stop, plan[place + 1].from_entry)
    return Slice(number, start, stop - start) if start < stop else None


def verdict_bytes(n_attempts: int) -> int:
    """What one question to a judge takes in a slice, when all that can be spared is left out."""
    return _VERDICT_BYTES + n_attempts * _ATTEMPT_BYTES


def score_bytes(scorers: Iterable[str]) -> int:
    """What the scores of one prediction by these scorers take."""
    return sum(_SCORE_BYTES + len(name) for name in scorers)


def number_at(plan: Sequence[Segment], entry: int) -> int:
    """Number of the slice that an entry is in.

    Args:
        plan: Segments in order, at least one.
    """
    place = max(i for i, segment in enumerate(plan) if segment.from_entry <= entry)
    segment = plan[place]
    return segment.first_slice + (entry - segment.from_entry) // segment.size


def largest_slice(
    *,
    n_entries: int,
    batch_size: int,
    n_contenders: int,
    n_attempts: int,
    task: Task = "classification",
    n_verdicts: int = 0,
    bytes_per_entry: float = 0.0,
    score_bytes: int = 0,
) -> int:
    """The most entries that a slice of this run may hold.

    Args:
        n_attempts: How often a model may be asked about one entry; each attempt is kept.
        n_verdicts: What judges are asked about one entry.
        bytes_per_entry: The most that entries of a slice took so far; 0 where none is known.
            A slice is to take half of a message, since the next ones may be longer.
        score_bytes: What all scores of one prediction take: a scored slice is one message, too.
    """
    of_prediction = _PREDICTION_BYTES + _ANSWER_BYTES[task] + n_attempts * _ATTEMPT_BYTES
    of_verdicts = n_verdicts * verdict_bytes(n_attempts)
    of_all = _ENTRY_BYTES + n_contenders * of_prediction + of_verdicts
    of_entry = max(of_all, 2 * bytes_per_entry)
    of_scored = _ENTRY_BYTES + n_contenders * (_ANSWER_BYTES[task] + score_bytes)
    by_message = int(_MESSAGE_BYTES // max(of_entry, of_scored))
    return max(min(max(n_entries // MIN_SLICES, batch_size), MAX_SLICE, by_message), 1)


def first_size(
    *, largest: int, sleep_s: float, asks: bool = True, entry_s: float | None = None
) -> int:
    """Slice size before the first measurement; the largest where no model is asked.

    Args:
        entry_s: What an entry of an equal run took before.
    """
    if not asks:
        return largest
    if entry_s is not None:
        return max(int(min(TARGET_S / max(entry_s, 1e-6), largest)), 1)
    by_sleep = TARGET_S / sleep_s if sleep_s > 0 else FIRST_SLICE
    return max(int(min(FIRST_SLICE, by_sleep, largest)), 1)


def better_size(size: int, *, elapsed_s: float, largest: int) -> int | None:
    """Size at which a slice takes about `TARGET_S`; none where the present one is near enough.

    Args:
        elapsed_s: What slices of the present size took lately.
    """
    wanted = min(size * TARGET_S / max(elapsed_s, 1e-6), size * _GROWTH, largest)
    wanted = max(int(wanted), 1)
    if wanted >= size * _WORTH or (wanted == largest and wanted > size):
        return wanted
    return wanted if wanted * _WORTH <= size else None
