"""Parameters and reviews as a person types them."""

from __future__ import annotations

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from runoff.cli.params import read_params, read_value, shown
from runoff.cli.review import read_answer
from runoff_contracts.answers import AnswerBody, Point
from runoff_contracts.params import ParamValue
from runoff_contracts.task import Task


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("7", 7),
        ("7.0", 7.0),
        ("1e-3", 0.001),
        ('"7"', "7"),
        ("yes", "yes"),
        ("null", "null"),
        ("[1]", "[1]"),
        ("NaN", "NaN"),
        ("", ""),
        ("a=b", "a=b"),
    ],
)
def test_a_value_is_read_as_json_has_it_and_else_as_a_text(text: str, value: ParamValue) -> None:
    """Nobody has to quote a word, and whoever means a text of digits can."""
    read = read_params([f"key={text}"], "--param")["key"]

    assert read == value
    assert type(read) is type(value)


@given(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=50),
    )
)
def test_what_is_shown_can_be_typed_again(value: ParamValue) -> None:
    """With the type that it had."""
    read = read_value(shown(value))

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("pair", ["lr", "=1", ""])
def test_a_pair_without_a_name_is_refused(pair: str) -> None:
    """Before anything is sent."""
    with pytest.raises(typer.BadParameter, match="KEY=VALUE"):
        read_params([pair], "--param")


@pytest.mark.parametrize(
    ("task", "text", "answer"),
    [
        ("classification", "cat", AnswerBody(label="cat")),
        ("text", "1,2", AnswerBody(text="1,2")),
        ("coordinates", "10.5, 20", AnswerBody(point=Point(x=10.5, y=20))),
        ("detection", "[]", AnswerBody(boxes=[])),
    ],
)
def test_a_corrected_answer_is_typed_as_its_task_has_it(
    task: Task, text: str, answer: AnswerBody
) -> None:
    """A word, a text, two numbers, or boxes."""
    assert read_answer(task, text) == answer


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("coordinates", "1"),
        ("coordinates", "1,2,3"),
        ("coordinates", "one,two"),
        ("coordinates", "NaN,1"),
        ("detection", "cat"),
        ("detection", '[{"label": "cat"}]'),
    ],
)
def test_what_is_no_answer_of_the_task_is_refused(task: Task, text: str) -> None:
    """With an example of what would be one."""
    with pytest.raises(typer.BadParameter, match="write"):
        read_answer(task, text)
