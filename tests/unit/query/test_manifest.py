"""Manifests: whatever comes in, rows or errors with their place come out."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from runoff_contracts.problem import FieldError
from runoff_query.registering.manifest import MAX_LINE_BYTES, csv_rows, json_lines
from runoff_query.registering.rows import Place, Row, RowChecker, safe_path

FILES = {"a.png": 10, "b/c.png": 10}


def test_lines_count_as_an_editor_counts_them() -> None:
    """Behind empty lines, a byte order mark, and one that is too long."""
    content = b"\xef\xbb\xbf{}\n\n" + b"x" * (MAX_LINE_BYTES + 10) + b"\n{}\r\nnull"
    places = [
        each.line if isinstance(each, FieldError) else each[0].line
        for each in json_lines(io.BytesIO(content), "m")
    ]

    assert places == [1, 3, 4, 5]


def test_a_row_is_checked_against_the_files_and_the_rows_before() -> None:
    """Each id once, each file there."""
    checker = RowChecker(FILES.get)

    assert isinstance(checker.check({"id": 1, "file": "./b//c.png"}, Place("m", 1)), Row)
    (twice,) = _errors(checker, {"id": "1", "text": "x"}, 2)
    (missing,) = _errors(checker, {"id": "2", "file": "d.png"}, 3)
    assert (twice.line, twice.message) == (2, "'1' is the id of line 1 too; ids must differ")
    assert missing.message == "there is no file 'd.png'"


def test_empty_texts_count_as_absent_where_they_say_nothing() -> None:
    """A target of no characters is no target; a text of none is a text."""
    row = RowChecker(None).check({"id": "1", "text": "", "target": "", "file": ""}, Place("m", 1))

    assert isinstance(row, Row)
    assert (row.text, row.target, row.file) == ("", None, None)


def test_paths_have_one_form_and_stay_inside() -> None:
    """Everything that could lead out is refused, on every system."""
    assert safe_path("./a/../b") is None
    assert safe_path("a//b/./c.png") == "a/b/c.png"
    for name in ("/a", "../a", "a/..", "a\\b", "C:\\a", "a\x00b", "..", "\\\\host\\a"):
        assert safe_path(name) is None, name


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_errors(content: bytes) -> None:
    """As both kinds of manifest, and through the check of each row."""
    for read in (json_lines, csv_rows):
        checker = RowChecker(FILES.get)
        for found in read(io.BytesIO(content), "m"):
            if isinstance(found, FieldError):
                assert found.line is not None
            else:
                checker.check(found[1], found[0])


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=5), max_size=6))
def test_any_cells_are_rows_or_errors(rows: list[list[str]]) -> None:
    """With quotes, breaks and separators in them."""
    content = "id,text,metadata\n" + "\n".join(",".join(cells) for cells in rows)
    for found in csv_rows(io.BytesIO(content.encode("utf-8", "surrogatepass")), "m"):
        assert isinstance(found, FieldError) or set(found[1]) <= {"id", "text", "metadata"}


def _errors(checker: RowChecker, raw: dict[str, object], line: int) -> list[FieldError]:
    found = checker.check(raw, Place("m", line))
    assert isinstance(found, list)
    return found
