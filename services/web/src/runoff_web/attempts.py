"""Every call of a model as a row of its own: those of entries that failed stand first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runoff_contracts.events.entry import Attempt
from runoff_contracts.views import EntryView


@dataclass(frozen=True)
class AttemptRow:
    """One call of one contender's model for an entry."""

    entry: EntryView
    position: int
    number: int
    """From 1, of `n`."""
    n: int
    attempt: Attempt

    @property
    def outcome(self) -> str:
        """In a word; where it failed the error's class says more."""
        return "failed" if self.attempt.error else "answered"


def attempts_of(entries: Sequence[EntryView]) -> list[AttemptRow]:
    """All of them, entry by entry; within one the contenders without an answer first."""
    return [row for entry in entries for row in _of(entry)]


def _of(entry: EntryView) -> Iterator[AttemptRow]:
    by_need = sorted(entry.predictions, key=lambda each: (each.is_answer, each.contender))
    for prediction in by_need:
        n = len(prediction.attempts)
        for number, attempt in enumerate(prediction.attempts, 1):
            yield AttemptRow(entry, prediction.contender, number, n, attempt)
