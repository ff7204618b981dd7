"""Predictions taken in: every row is checked before anything is stored.

Rows are read one by one and written down anew in one form, so that the same predictions have the
same digest whatever the order of their fields was.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final

from pydantic import ConfigDict, ValidationError

from runoff_contracts.problem import FieldError
from runoff_contracts.task import Task
from runoff_contracts.uploads import UploadedAnswer, answer_error
from runoff_objects.uploaded import Ids, Uploaded
from runoff_query.registering.manifest import json_lines
from runoff_query.registering.rows import Place

MAX_ERRORS: Final = 100
BODY: Final = "predictions"
"""What errors call the body."""


class Row(UploadedAnswer):
    """A row as a person writes it: an unknown field is a typing error."""

    model_config = ConfigDict(extra="forbid")


@dataclass
class Taken:
    """What came of reading all rows."""

    n_rows: int = 0
    """In the file that was written, those that were there before included."""
    n_new: int = 0
    n_bytes: int = 0
    """Of the file."""
    errors: list[FieldError] = field(default_factory=list)
    n_errors: int = 0

    def note(self, *errors: FieldError) -> None:
        """Keep what is wrong, up to a limit."""
        self.n_errors += len(errors)
        self.errors += errors[: MAX_ERRORS - len(self.errors)]


def take(source: IO[bytes], target: IO[bytes], task: Task, *, before: Uploaded | None) -> Taken:
    """Check every row of `source`, and write the sound ones to `target`.

    Args:
        target: Open for reading and writing; where rows were there before, it holds them.
        before: The rows that were there. One that comes again unchanged is passed over, so that
            a request may be repeated; a changed one is an error.
    """
    taken = Taken(n_rows=0 if before is None else len(before))
    ids, lines, starts = Ids(), array("q"), array("q")
    target.seek(0, 2)
    for found in json_lines(source, BODY, task):
        read = checked(found, task)
        if not isinstance(read, tuple):
            taken.note(*read)
            continue
        row, place = read
        known = None if before is None else before.find(row.entry_id)
        if known is not None:
            if known != _plain(row):
                taken.note(place.error("entry_id", f"{row.entry_id!r} has another answer already"))
            continue
        ids.add(row.entry_id)
        lines.append(place.line or 0)
        starts.append(target.tell())
        target.write(row.model_dump_json(exclude_none=True).encode() + b"\n")
        taken.n_new += 1
    target.flush()
    taken.n_bytes = target.tell()
    taken.note(*_twice(ids, lines, starts, target))
    taken.n_rows += taken.n_new
    return taken


def checked(
    found: tuple[Place, dict[str, object]] | FieldError, task: Task
) -> tuple[Row, Place] | list[FieldError]:
    """A sound row of the task with its place, or everything that is wrong with it."""
    if isinstance(found, FieldError):
        return [found]
    place, raw = found
    try:
        row = Row.model_validate(raw)
    except ValidationError as error:
        return [
            place.error(".".join(str(part) for part in each["loc"]), each["msg"])
            for each in error.errors(include_url=False, include_input=False)
        ]
    wrong = answer_error(task, row)
    return (row, place) if wrong is None else [place.error(*wrong)]


def _plain(row: Row) -> UploadedAnswer:
    return UploadedAnswer.model_validate(row.model_dump())


def _twice(
    ids: Ids, lines: "array[int]", starts: "array[int]", target: IO[bytes]
) -> Iterator[FieldError]:
    """Ids that come twice in one body: found by hash, then held against the rows themselves."""
    for first, second in ids.twins():
        found = [_id_at(target, starts[each]) for each in (first, second)]
        if found[0] == found[1]:
            place = Place(BODY, lines[second])
            message = f"{found[1]!r} is the id of line {lines[first]} too; an entry has one answer"
            yield place.error("entry_id", message)


def _id_at(target: IO[bytes], start: int) -> str:
    target.seek(start)
    return UploadedAnswer.model_validate_json(target.readline()).entry_id
