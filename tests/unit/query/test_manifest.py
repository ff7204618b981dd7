"""Manifests: whatever comes in, rows or errors with their place come out."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_contracts.problem import FieldError
from runoff_contracts.task import TASKS, Task
from runoff_query.registering.manifest import MAX_LINE_BYTES, csv_rows, json_lines
from runoff_query.registering.rows import Place, Raw, Row, RowChecker, safe_path

FILES = {"a.png": 10, "b/c.png": 10}


def test_lines_count_as_an_editor_counts_them() -> None:
    """Behind empty lines, a byte order mark, and one that is too long."""
    content = b"\xef\xbb\xbf{}\n\n" + b"x" * (MAX_LINE_BYTES + 10) + b"\n{}\r\nnull"
    places = [
        each.line if isinstance(each, FieldError) else each[0].line
        for each in json_lines(io.BytesIO(content), "m", "text")
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


BOX = {"label": "cat", "x": 1, "y": 2, "width": 3, "height": 4}


@pytest.mark.parametrize(
    ("task", "target", "kept"),
    [
        ("classification", "cat", "cat"),
        ("classification", 7, "7"),
        ("detection", [], []),
        ("detection", [BOX], [BOX]),
        ("coordinates", {"x": 1.5, "y": 2}, {"x": 1.5, "y": 2}),
        ("text", 42, 42),
        ("text", ["Paris", "paris"], ["Paris", "paris"]),
        ("text", {"city": "Paris"}, {"city": "Paris"}),
    ],
)
def test_a_target_has_the_shape_of_its_task(task: Task, target: object, kept: object) -> None:
    """A label is a word, however a spreadsheet took it; everything else stays what it is."""
    row = RowChecker(None, task).check({"id": "1", "text": "t", "target": target}, Place("m", 1))

    assert isinstance(row, Row), row
    assert row.target == kept
    assert type(row.target) is type(kept)


@pytest.mark.parametrize(
    ("task", "target", "told"),
    [
        ("classification", ["cat"], "valid string"),
        ("classification", "x" * 201, "200 characters"),
        ("classification", "a\x00b", "pattern"),
        ("detection", "cat", "valid list"),
        ("detection", [{**BOX, "height": -1}], "0.height"),
        ("detection", [BOX, {**BOX, "size": 1}], "1.size"),
        ("coordinates", {"x": 1}, "y: Field required"),
        ("coordinates", [1, 2], "looks like"),
        ("text", "x" * 100_001, "100000 characters"),
        ("text", [["nested"]], "looks like"),
    ],
)
def test_a_target_of_another_task_is_refused(task: Task, target: object, told: str) -> None:
    """By its file and line, with what one looks like."""
    (error,) = _errors(RowChecker(None, task), {"id": "1", "text": "t", "target": target}, 4)

    assert (error.file, error.line, error.field) == ("m", 4, "target")
    assert told in error.message


def test_cells_of_csv_become_boxes_and_points() -> None:
    """As JSON in the target's cell, or as two columns that do not go to the metadata then."""
    boxes = (
        b'id,text,target\n1,a,"[{""label"":""cat"",""x"":1,""y"":2,""width"":3,""height"":4}]"\n'
    )
    points = b"id,text,x,y,night\n1,a,1.5,2,yes\n2,a,,,no\n3,a,left,2,no\n"
    answers = b"id,text,target\n1,a,42\n"

    assert _raws(boxes, "detection")[0]["target"] == [BOX]
    assert _raws(points, "coordinates") == [
        {"id": "1", "text": "a", "target": {"x": 1.5, "y": 2.0}, "metadata": {"night": "yes"}},
        {"id": "2", "text": "a", "metadata": {"night": "no"}},
    ]
    assert _raws(points, "text")[0]["metadata"] == {"x": "1.5", "y": "2", "night": "yes"}
    assert _raws(answers, "text")[0]["target"] == "42"


def test_fields_are_what_every_row_has() -> None:
    """A prompt may name them: the rest would be missing for some entry."""
    checker = RowChecker(FILES.get, "text")
    metadata = {"author": "a", "year": 1, "none": None}
    checker.check({"id": "1", "file": "a.png", "target": 0, "metadata": metadata}, Place("m", 1))
    checker.check(
        {"id": "2", "file": "a.png", "target": 1, "metadata": {"year": 2, "none": 1}}, Place("m", 2)
    )

    assert checker.fields == ["id", "image", "metadata.year", "target"]


def test_too_many_fields_are_not_told() -> None:
    """They travel in one message, which a hostile manifest must not burst."""
    checker = RowChecker(None, "text")
    many = {f"key-{number}": 1 for number in range(2000)}
    checker.check({"id": "1", "text": "a", "metadata": many}, Place("m", 1))

    assert checker.fields is None


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_errors(content: bytes) -> None:
    """As both kinds of manifest, and through the check of each row."""
    for read in (json_lines, csv_rows):
        for task in TASKS:
            checker = RowChecker(FILES.get, task)
            for found in read(io.BytesIO(content), "m", task):
                if isinstance(found, FieldError):
                    assert found.line is not None
                else:
                    checker.check(found[1], found[0])


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=5), max_size=6))
def test_any_cells_are_rows_or_errors(rows: list[list[str]]) -> None:
    """With quotes, breaks and separators in them."""
    content = "id,text,metadata\n" + "\n".join(",".join(cells) for cells in rows)
    for found in csv_rows(io.BytesIO(content.encode("utf-8", "surrogatepass")), "m", "text"):
        assert isinstance(found, FieldError) or set(found[1]) <= {"id", "text", "metadata"}


def _raws(content: bytes, task: Task) -> list[Raw]:
    found = list(csv_rows(io.BytesIO(content), "m", task))
    return [each[1] for each in found if not isinstance(each, FieldError)]


def _errors(checker: RowChecker, raw: dict[str, object], line: int) -> list[FieldError]:
    found = checker.check(raw, Place("m", line))
    assert isinstance(found, list)
    return found
