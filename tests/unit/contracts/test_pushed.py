"""Which entries a batch answers, and what by."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from runoff_contracts.pushed import MAX_ROWS, Marked, is_answer, mark_of
from runoff_contracts.uploads import UploadedAnswer

PLACES = st.dictionaries(st.integers(0, 10_000), st.integers(1, 2**64 - 1), min_size=1)


@given(PLACES)
def test_places_and_marks_survive_a_message(marks: dict[int, int]) -> None:
    """Whatever gaps there are between the places."""
    pairs = sorted(marks.items())
    marked = Marked.model_validate_json(Marked.of(pairs).model_dump_json())

    assert list(marked.pairs()) == pairs
    assert marked.n == len(pairs)


def test_a_full_batch_of_places_without_neighbours_fits_a_message() -> None:
    """JetStream takes 1 MiB."""
    marked = Marked.of([(2 * place + 900_000, 2**64 - 1) for place in range(MAX_ROWS)])

    assert len(marked.model_dump_json()) < 200_000


@pytest.mark.parametrize(
    ("ranges", "n_marks"),
    [
        ([(0, 2)], 1),
        ([(0, 2), (1, 1)], 3),
        ([(5, 1), (0, 1)], 2),
        ([], 0),
        ([(0, MAX_ROWS + 1)], MAX_ROWS + 1),
        ([(0, 10**15)], 3),
    ],
)
def test_what_does_not_fit_together_is_refused(ranges: list[object], n_marks: int) -> None:
    """Commands come over the network: nothing is taken on their word, and no memory by it."""
    marks = base64.b64encode(b"\0\0\0\0\0\0\0\3" * n_marks).decode()
    with pytest.raises(ValidationError):
        Marked.model_validate({"ranges": ranges, "marks": marks})


@pytest.mark.parametrize("marks", ["*", "AAAA", base64.b64encode(bytes(8)).decode()])
def test_marks_are_eight_bytes_and_never_zero(marks: str) -> None:
    """Zero says that there is no answer."""
    with pytest.raises(ValidationError):
        Marked.model_validate({"ranges": [(0, 1)], "marks": marks})


def mark(row: UploadedAnswer) -> int:
    return mark_of(row.line, is_answer=row.is_answer)


def test_a_mark_tells_answers_apart_and_failures_from_them() -> None:
    """The same row has the same one, today and after a restart."""
    yes = UploadedAnswer(entry_id="a", label="x")

    assert mark(yes) == mark(UploadedAnswer(label="x", entry_id="a"))
    assert mark(yes) != mark(UploadedAnswer(entry_id="a", label="y"))
    assert is_answer(mark(yes))
    assert is_answer(mark(UploadedAnswer(entry_id="a", boxes=[])))
    assert not is_answer(mark(UploadedAnswer(entry_id="a", error="no memory")))
