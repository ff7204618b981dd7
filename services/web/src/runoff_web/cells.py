"""What contenders gave for an entry, as a row of a table shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from runoff_contracts.events.entry import Prediction
from runoff_contracts.views import ContenderView, EntryView


@dataclass(frozen=True)
class Cell:
    """What one contender gave for an entry."""

    position: int
    prediction: Prediction | None
    passed: bool | None
    """By the primary scorer; None where it says nothing."""

    @property
    def error(self) -> str | None:
        """Why there is no answer."""
        if self.prediction is None or self.prediction.is_answer:
            return None
        failed = self.prediction.attempts[-1].error
        return f"{failed.error_class}: {failed.message}" if failed else "no answer"


@dataclass(frozen=True)
class EntryRow:
    """One row of the table of entries."""

    entry: EntryView
    place: int
    """From 0, in the order that the table has."""
    cells: list[Cell]

    @property
    def error(self) -> str | None:
        """The first reason why somebody did not answer."""
        return next((each.error for each in self.cells if each.error), None)


def rows_of(
    asked: Sequence[ContenderView], entries: Sequence[EntryView], first: int
) -> list[EntryRow]:
    """Entries as rows; the first has this place.

    Args:
        asked: The contenders of the run.
    """
    return [
        EntryRow(entry, first + number, cells_of(asked, entry))
        for number, entry in enumerate(entries)
    ]


def cells_of(asked: Sequence[ContenderView], entry: EntryView) -> list[Cell]:
    """What every contender gave, in order of position."""
    given = {each.contender: each for each in entry.predictions}
    passed = {
        each.contender: each.value
        for each in entry.scores
        if each.contender < len(asked) and each.scorer == asked[each.contender].primary
    }
    return [
        Cell(each.position, given.get(each.position), _passed(passed.get(each.position)))
        for each in asked
    ]


def _passed(value: float | None) -> bool | None:
    return None if value is None else value >= 1
