"""JSON lines and CSV."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Final

import pydantic_core

from runoff_query.exporting.rows import COLUMNS, Row

_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r", "'")


class JsonLines:
    """A JSON object a line; what is not known is left out."""

    media_type = "application/x-ndjson"
    suffix = "jsonl"

    def page(self, rows: Iterable[Row]) -> bytes:
        """Some rows."""
        return b"".join(
            pydantic_core.to_json({key: value for key, value in row.items() if value is not None})
            + b"\n"
            for row in rows
        )

    def end(self) -> bytes:
        """Nothing stands behind the last row."""
        return b""


class Csv:
    """CSV after RFC 4180 with a header; values that are no text or number are JSON in a cell.

    A spreadsheet takes a text that begins with `=`, `+`, `-` or `@` for a formula, which whoever
    made the data could use against whoever opens it. Such a text gets an apostrophe in front, and
    so does one that begins with an apostrophe, so that it can be taken away again without doubt.
    Numbers are ours and stay as they are. See OWASP, CSV Injection.
    """

    media_type = "text/csv; charset=utf-8"
    suffix = "csv"

    def __init__(self) -> None:
        self._began = False

    def page(self, rows: Iterable[Row]) -> bytes:
        """Some rows; the header before the first of them."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        if not self._began:
            writer.writerow(COLUMNS)
            self._began = True
        for row in rows:
            writer.writerow([_cell(row.get(column)) for column in COLUMNS])
        # A lone surrogate came in as JSON and has no UTF-8.
        return text.getvalue().encode("utf-8", "replace")

    def end(self) -> bytes:
        """The header where there was no row."""
        return b"" if self._began else self.page(())


def json_text(value: object) -> str | None:
    """JSON as one text; what is a text stays as it is."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = json_text(value)
    return f"'{text}" if text is not None and text.startswith(_ACTIVE) else text
