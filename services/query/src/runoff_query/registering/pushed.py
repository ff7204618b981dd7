"""A batch of predictions for a run under way: every row is checked before anything is stored."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from runoff_contracts.problem import FieldError
from runoff_contracts.pushed import MAX_ROWS, Marked, mark_of
from runoff_contracts.task import Task
from runoff_contracts.uploads import UploadedAnswer
from runoff_query.registering.manifest import json_lines
from runoff_query.registering.predictions import BODY, MAX_ERRORS, checked
from runoff_query.registering.rows import Place


@dataclass(frozen=True, slots=True)
class _Row:
    entry_id: str
    line: bytes
    mark: int
    at: Place


@dataclass
class Batch:
    """What came of reading a body."""

    n_rows: int = 0
    errors: list[FieldError] = field(default_factory=list)
    """The first hundred."""
    n_errors: int = 0
    _found: dict[int, _Row] = field(default_factory=dict)

    def content(self) -> bytes:
        """The rows as JSON lines, in order of the entries: equal batches are equal files."""
        return b"".join(self._found[place].line + b"\n" for place in sorted(self._found))

    def marked(self) -> Marked:
        """Which entries the rows answer."""
        return Marked.of([(place, self._found[place].mark) for place in sorted(self._found)])

    def blame(self, places: Mapping[int, str]) -> list[FieldError]:
        """What is wrong with the rows of some entries, at their lines."""
        rows = [(self._found[place], message) for place, message in places.items()]
        return [row.at.error("entry_id", f"{row.entry_id!r} {message}") for row, message in rows]

    def take(self, row: UploadedAnswer, at: Place, place: int | None) -> None:
        """One sound row; `place` is that of its entry, if the run has it."""
        if place is None:
            self.note(at.error("entry_id", f"{row.entry_id!r} is no entry of the run"))
            return
        line = row.line
        before = self._found.get(place)
        if before is None:
            mark = mark_of(line, is_answer=row.is_answer)
            self._found[place] = _Row(row.entry_id, line, mark, at)
        elif before.line != line:
            message = f"{row.entry_id!r} has another answer on line {before.at.line}"
            self.note(at.error("entry_id", f"{message}; an entry has one"))

    def note(self, *errors: FieldError) -> None:
        """Keep what is wrong, up to a limit."""
        self.n_errors += len(errors)
        self.errors += errors[: MAX_ERRORS - len(self.errors)]


def read_batch(body: bytes, task: Task, places: Mapping[str, int]) -> Batch:
    """Check every row.

    Args:
        places: By entry id the place in the run's entry set.
    """
    batch = Batch()
    for found in json_lines(io.BytesIO(body), BODY, task):
        batch.n_rows += 1
        if batch.n_rows > MAX_ROWS:
            at = found if isinstance(found, FieldError) else found[0].error("", "")
            message = f"is one row too many: {MAX_ROWS} at once, the others in another request"
            batch.note(at.model_copy(update={"message": message}))
            break
        read = checked(found, task)
        if isinstance(read, tuple):
            row, at_row = read
            batch.take(row, at_row, places.get(row.entry_id))
        else:
            batch.note(*read)
    return batch
