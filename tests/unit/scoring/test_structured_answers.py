"""Patterns and JSON: what an answer contains, fits and fills in."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from tests.unit.scoring.texts import scored, value

PERSON: JsonValue = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("order 66 done", r"\b\d+\b", 1.0),
        ("no order", r"\d", 0.0),
        ("Hello", "hello", 0.0),
        ("Straße", r"\p{L}{6}", 1.0),
    ],
)
def test_a_pattern_is_searched_for(text: str, pattern: str, expected: float) -> None:
    """Anywhere in the answer, and no target is needed."""
    assert value("regex", text, None, pattern=pattern) == expected


def test_case_counts_unless_the_run_says_otherwise() -> None:
    """As regular expressions are."""
    assert value("regex", "Hello", None, pattern="hello", ignore_case=True) == 1.0


def test_the_target_is_the_pattern_where_the_run_gives_none() -> None:
    """Several targets are several patterns; one is enough."""
    assert value("regex", "in 1969", r"19\d\d") == 1.0
    assert value("regex", "in 1969", ["18..", r"19\d\d"]) == 1.0
    assert value("regex", "in 1869", r"19\d\d") == 0.0


def test_what_a_pattern_extracts_is_held_against_the_target() -> None:
    """Its first group, or all of it: how answers are fished out of reasoning."""
    named: dict[str, JsonValue] = {"pattern": r"(?i)final:\s*(.+)", "extract": True}

    assert value("regex", "bla\nFinal: Paris!", "paris", **named) == 1.0
    assert value("regex", "bla\nFinal: Rome", ["paris", "rome"], **named) == 1.0
    assert value("regex", "bla", "paris", **named) == 0.0
    assert value("regex", "x 12 y", 12, pattern=r"\d+", extract=True) == 1.0
    assert scored("regex", "x", None, params=dict(named)).reason == "no target"


def test_a_pattern_that_re2_does_not_know_scores_nothing() -> None:
    """Of a target no launch can tell; the reason says what is wrong with it."""
    result = scored("regex", "x", "(?=x)")

    assert result.value is None
    assert "RE2" in (result.reason or "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"name": "Ada", "age": 36}', 1.0),
        (' {"name": "Ada", "age": 36.0}\n', 1.0),
        ('{"name": "Ada", "age": -1}', 0.0),
        ('{"name": "Ada"}', 0.0),
        ('{"name": "Ada", "age": 36, "more": 1}', 0.0),
        ('```json\n{"name": "Ada", "age": 36}\n```', 0.0),
        ('{"name": "Ada", "age": 36', 0.0),
        ("NaN", 0.0),
        ("", 0.0),
    ],
)
def test_json_is_held_against_a_schema(text: str, expected: float) -> None:
    """A fence around it is not JSON: whoever parses the answer would fail."""
    assert value("json_valid", text, None, json_schema=PERSON) == expected


def test_without_a_schema_any_json_is_valid() -> None:
    """Whether it can be parsed is worth knowing by itself."""
    assert value("json_valid", "[1, null]") == 1.0
    assert value("json_valid", "Sure! [1]") == 0.0


def test_what_was_read_as_json_already_is_not_read_again() -> None:
    """`data` is what the provider parsed; the text may be told at length."""
    data: JsonValue = {"name": "Ada", "age": 36}

    assert scored("json_valid", "…", data=data, params={"json_schema": PERSON}).value == 1.0
    assert scored("json_fields", "…", data, data=data).value == 1.0


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strin"},
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "file:///etc/hostname"},
        {"pattern": "(?=x)"},
        {"$schema": "http://unknown.example/draft"},
    ],
)
def test_a_schema_that_is_none_scores_nothing(schema: JsonValue) -> None:
    """And nothing is fetched for it, neither from a network nor from the disk."""
    result = scored("json_valid", "1", params={"json_schema": schema})

    assert result.value is None
    assert (result.reason or "").startswith("the schema is none: ")


TARGET: JsonValue = {"city": "Paris", "geo": {"lat": 48.85, "tags": ["old", "big"]}, "ok": True}


@pytest.mark.parametrize(
    ("text", "n_same"),
    [
        ('{"city": "PARIS", "geo": {"lat": "48.850", "tags": ["old", "big"]}, "ok": true}', 5),
        ('{"city": "Rome", "geo": {"lat": 48.85, "tags": ["big", "old"]}, "ok": 1}', 1),
        ('{"geo": {"tags": ["old"]}, "more": [1, 2, 3]}', 1),
        ('```\n{"city": "Paris"}\n```', 1),
        ("[]", 0),
        ("Paris", 0),
        ("null", 0),
    ],
)
def test_json_fields_counts_values_at_the_same_place(text: str, n_same: int) -> None:
    """Five leaves: city, lat, two tags in order, ok; true and 1 are two things."""
    assert value("json_fields", text, TARGET) == pytest.approx(n_same / 5)


def test_empty_parts_of_a_target_count_once() -> None:
    """An empty list is to be answered by an empty list; an empty object by an empty object."""
    assert value("json_fields", '{"a": [], "b": 1}', {"a": [], "b": 1}) == 1.0
    assert value("json_fields", '{"a": [0], "b": 1}', {"a": [], "b": 1}) == 0.5
    assert value("json_fields", "{}", {}) == 1.0


def test_json_fields_needs_an_object() -> None:
    """A text has no fields."""
    assert scored("json_fields", "{}", "Paris").reason == "the target is no object"
