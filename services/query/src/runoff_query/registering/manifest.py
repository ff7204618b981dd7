"""Manifests as JSON lines or CSV, read row by row with the place of each."""

import csv
from collections.abc import Callable, Iterator
from typing import IO, Final

import pydantic_core

from runoff_contracts.answers import target_error
from runoff_contracts.problem import FieldError
from runoff_contracts.task import Task
from runoff_query.registering.rows import COLUMNS, Place, Raw

MAX_LINE_BYTES: Final = 1024 * 1024
_BOM: Final = "\ufeff"
_METADATA: Final = "metadata"
_POINT: Final = {"x", "y"}
_TARGETS_AS_JSON: Final = ("detection", "coordinates")

Found = tuple[Place, Raw] | FieldError
Read = Callable[[IO[bytes], str, Task], Iterator[Found]]


def json_lines(source: IO[bytes], name: str, task: Task) -> Iterator[Found]:
    """Rows of JSON lines, for any task; empty lines are passed over."""
    for place, line in _lines(source, name):
        if isinstance(line, FieldError):
            yield line
        elif line.strip():
            yield _json_row(place, line)


def csv_rows(source: IO[bytes], name: str, task: Task) -> Iterator[Found]:
    """Rows of CSV with a header; columns that a manifest does not know go to the metadata.

    A target of boxes or of a point is JSON in its cell; a point may also be two columns x and y.
    """
    errors: list[FieldError] = []
    reader = csv.reader(_texts(source, name, errors), strict=True)
    header: list[str] | None = None
    last = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield Place(name, reader.line_num).error("", f"is no CSV: {error}")
            last = reader.line_num
            continue
        finally:
            yield from errors
            errors.clear()
        # A quoted cell may hold line breaks: a row begins behind the end of the one before.
        place, last = Place(name, last + 1), reader.line_num
        if header is None:
            header = [cell.strip() for cell in cells]
            wrong = list(_wrong_header(header, place))
            yield from wrong
            if wrong:
                return
        elif any(cells):
            yield _csv_row(place, header, cells, task)


def _json_row(place: Place, line: str) -> Found:
    try:
        row = pydantic_core.from_json(line, allow_inf_nan=False)
    except ValueError as error:
        return place.error("", f"is no JSON: {error}")
    if not isinstance(row, dict):
        return place.error("", "is no JSON object")
    return place, row


def _csv_row(place: Place, header: list[str], cells: list[str], task: Task) -> Found:
    if len(cells) != len(header):
        return place.error("", f"has {len(cells)} cells; the header has {len(header)}")
    row: Raw = {}
    metadata: dict[str, object] = {}
    for column, cell in zip(header, cells, strict=True):
        if cell == "":
            continue
        if column == _METADATA:
            try:
                metadata |= pydantic_core.from_json(cell, allow_inf_nan=False)
            except (ValueError, TypeError):
                return place.error(_METADATA, "is no JSON object")
        elif column in COLUMNS:
            row[column] = cell
        else:
            metadata[column] = cell
    if task in _TARGETS_AS_JSON:
        wrong = _read_target(place, row, metadata, task)
        if wrong is not None:
            return wrong
    if metadata:
        row[_METADATA] = metadata
    return place, row


def _read_target(
    place: Place, row: Raw, metadata: dict[str, object], task: Task
) -> FieldError | None:
    """Turn the target's cell, or x and y, into what they say; what is wrong with them."""
    cell = row.get("target")
    if isinstance(cell, str):
        try:
            row["target"] = pydantic_core.from_json(cell, allow_inf_nan=False)
        except ValueError:
            return place.error("target", f"is no JSON; {target_error(task, cell)}")
    elif task == "coordinates" and set(metadata) >= _POINT:
        try:
            row["target"] = {name: float(str(metadata.pop(name))) for name in sorted(_POINT)}
        except ValueError:
            return place.error("target", "x and y have to be numbers")
    return None


def _wrong_header(header: list[str], place: Place) -> Iterator[FieldError]:
    if "id" not in header:
        yield place.error("id", "the header has no column id")
    for column in sorted({column for column in header if header.count(column) > 1}):
        yield place.error(column, "the header has this column twice")
    if "" in header:
        yield place.error("", "the header has a column without a name")


def _texts(source: IO[bytes], name: str, errors: list[FieldError]) -> Iterator[str]:
    """Lines for the CSV reader, which counts them: a wrong one is noted and left empty."""
    for _, line in _lines(source, name):
        if isinstance(line, FieldError):
            errors.append(line)
            yield "\n"
        else:
            yield line


def _lines(source: IO[bytes], name: str) -> Iterator[tuple[Place, str | FieldError]]:
    number = 0
    while line := source.readline(MAX_LINE_BYTES + 1):
        number += 1
        place = Place(name, number)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            yield place, place.error("", f"is longer than {MAX_LINE_BYTES} bytes")
            while line and not line.endswith(b"\n"):
                line = source.readline(MAX_LINE_BYTES)
            continue
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            yield place, place.error("", f"is no UTF-8: {error.reason} at byte {error.start + 1}")
            continue
        yield place, text.removeprefix(_BOM) if number == 1 else text
