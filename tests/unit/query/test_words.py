"""Words and values as they are kept and looked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_contracts.params import ParamValue
from runoff_query.projections.finding.words import (
    MAX_WORD,
    MAX_WORDS,
    number_of,
    text_of,
    words_of,
    words_of_run,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("onnx/Digits-Net_2", ["onnx", "digits", "net", "2"]),
        ("Straße STRASSE", ["strasse"]),
        ("ﬁne x² \x00 'quoted' & !:*", ["fine", "x2", "quoted"]),
        ("漢字 é é", ["漢字", "é"]),
        ("-- !", []),
    ],
)
def test_words_are_letters_and_digits_without_case(text: str, words: list[str]) -> None:
    """What is typed finds what was written, in whichever of several codes it is."""
    assert words_of(text) == words


@given(st.text())
def test_no_word_can_be_anything_but_a_word_of_a_query(text: str) -> None:
    """They stand between quotes in what PostgreSQL parses."""
    for word in words_of(text):
        assert 0 < len(word) <= MAX_WORD
        assert not set(word) & set("'\\:*&|!<>() \x00_")


def test_a_text_of_a_million_words_is_cut() -> None:
    """An index row has a limit, and a prompt has none."""
    assert len(words_of(" ".join(map(str, range(10_000))))) == MAX_WORDS
    assert words_of("a" * 1000) == ["a" * MAX_WORD]


def test_a_run_is_found_by_any_beginning_of_its_id() -> None:
    """With dashes and without."""
    run_id = "0193a5c2-1111-7000-8000-00000000abcd"

    assert words_of_run(run_id, "d", ["onnx/a"]) == [
        *("0193a5c21111700080000000" + "0000abcd", "0193a5c2", "1111", "7000", "8000"),
        *("00000000abcd", "d", "onnx", "a"),
    ]


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        (True, "true", None),
        (False, "false", None),
        (3, "3", 3.0),
        (0.001, "0.001", 0.001),
        (1e-05, "1e-05", 1e-05),
        ("1e-2", "1e-2", 0.01),
        (" 7. ", " 7. ", 7.0),
        ("1_000", "1_000", None),
        ("nan", "nan", None),
        ("1e999", "1e999", None),
        ("٣", "٣", None),
        (10**400, str(10**400), None),
        ("auto", "auto", None),
    ],
)
def test_a_value_has_a_text_and_maybe_a_number(
    value: ParamValue, text: str, number: float | None
) -> None:
    """A number that came as a text is compared as one; a boolean is none."""
    assert (text_of(value), number_of(value)) == (text, number)
