"""Uploaded predictions: JSON lines, found by entry id with 32 bytes of memory a row.

The file stays on disk. In memory are, for every row, a hash of its entry id, where it begins, and
its rank by hash; whether the row found is the one that was meant, the row itself says.
"""

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import IO

import pydantic_core
from pydantic import ValidationError

from runoff_contracts.uploads import UploadedAnswer
from runoff_objects.errors import BadPredictions


class Ids:
    """Which row has an id. Python salts its hashes, so nobody can aim for equal ones."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._ranked: array[int] | None = None
        self._sorted = array("q")

    def __len__(self) -> int:
        return len(self._hashes)

    def add(self, entry_id: str) -> None:
        """Take the id of the next row."""
        self._hashes.append(hash(entry_id))
        self._ranked = None

    def candidates(self, entry_id: str) -> Iterator[int]:
        """Rows that may have the id, nearly always none or one."""
        ranked, wanted = self._order(), hash(entry_id)
        place = bisect_left(self._sorted, wanted)
        while place < len(ranked) and self._sorted[place] == wanted:
            yield ranked[place]
            place += 1

    def twins(self) -> Iterator[tuple[int, int]]:
        """Pairs of rows, the earlier first, that may have the same id."""
        ranked = self._order()
        for place in range(1, len(ranked)):
            if self._sorted[place - 1] == self._sorted[place]:
                yield ranked[place - 1], ranked[place]

    def _order(self) -> "array[int]":
        """Rows by hash, equal ones in the order in which they came."""
        if self._ranked is None:
            hashes = self._hashes
            self._ranked = array("q", sorted(range(len(hashes)), key=hashes.__getitem__))
            self._sorted = array("q", (hashes[row] for row in self._ranked))
        return self._ranked


class Uploaded:
    """Predictions in an open file, which is closed when nothing refers to this any more."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read the file once.

        Raises:
            BadPredictions: At the first line that is no prediction, or an id that comes twice.
        """
        self._file = file
        self._starts = array("q", [0])
        self._ids = Ids()
        file.seek(0)
        for number, line in enumerate(file, start=1):
            self._ids.add(_entry_id(line, number))
            self._starts.append(self._starts[-1] + len(line))
        for first, second in self._ids.twins():
            if self.line(first)[1] == self.line(second)[1]:
                raise BadPredictions(f"line {second + 1} has the id of line {first + 1}")

    def __len__(self) -> int:
        return len(self._ids)

    def find(self, entry_id: str) -> UploadedAnswer | None:
        """What was uploaded for an entry. May be called in several threads at once.

        Raises:
            BadPredictions: When its row is no prediction.
        """
        row = self.row_of(entry_id)
        if row is None:
            return None
        try:
            return UploadedAnswer.model_validate_json(self.line(row)[0])
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise BadPredictions(f"line {row + 1}: {where}: {first['msg']}") from error

    def row_of(self, entry_id: str) -> int | None:
        """Which row an entry has, from 0 on; none where it has none."""
        for row in self._ids.candidates(entry_id):
            if self.line(row)[1] == entry_id:
                return row
        return None

    def line(self, row: int) -> tuple[bytes, str]:
        """A row as it is in the file, and its entry id."""
        start, end = self._starts[row], self._starts[row + 1]
        line = os.pread(self._file.fileno(), end - start, start)
        return line, _entry_id(line, row + 1)


def _entry_id(line: bytes, number: int) -> str:
    try:
        row = pydantic_core.from_json(line, cache_strings="keys")
    except ValueError as error:
        raise BadPredictions(f"line {number} is no JSON: {error}") from error
    found = row.get("entry_id") if isinstance(row, dict) else None
    if not isinstance(found, str):
        raise BadPredictions(f"line {number} has no entry_id")
    return found
