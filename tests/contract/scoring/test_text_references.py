"""Text scorers against what they are named after, on the same data."""

from __future__ import annotations

import itertools
import json

import pytest
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from tests.unit.scoring.texts import value

# Answer, target, exact match and F1 as `compute_exact` and `compute_f1` of the SQuAD 2.0
# evaluation give them (transformers 4.46.3, data/metrics/squad_metrics.py).
SQUAD = [
    ("1976", "1976", 1.0, 1.0),
    ("the Norman dynasty", "Normans", 0.0, 0.0),
    ("Denver Broncos", "The Denver Broncos!", 1.0, 1.0),
    ("in the late 1990s", "late 1990s", 0.0, 0.8),
    ("Gold and blue", "gold", 0.0, 0.5),
    ("", "no answer", 0.0, 0.0),
    ("Santa Clara, California", "Santa Clara, California.", 1.0, 1.0),
    ("to be or not to be", "to be", 0.0, 0.5),
    ("10,000 people", "10000", 0.0, 0.6666666666666666),
    ("U.S. Army", "us army", 1.0, 1.0),
    ("state-of-the-art", "state of the art", 0.0, 0.0),
    ("  new   york\tcity ", "New York City", 1.0, 1.0),
    ("one two three four", "four five one", 0.0, 0.5714285714285715),
]


@pytest.mark.parametrize(("text", "target", "exact", "f1"), SQUAD)
def test_matches_and_f1_are_those_of_the_squad_evaluation(
    text: str, target: str, exact: float, f1: float
) -> None:
    """Where no number has a point and something is left of the text, nothing differs."""
    assert value("normalised_match", text, target) == exact
    assert value("token_f1", text, target) == pytest.approx(f1, abs=1e-12)


def test_f1_by_hand() -> None:
    """Two words of three are right, two of four are found: P = 2/3, R = 1/2, F1 = 4/7."""
    assert value("token_f1", "red green blue", "green red cyan grey") == pytest.approx(4 / 7)


@pytest.mark.parametrize(
    ("text", "target", "distance"), [("lewenstein", "levenshtein", 3), ("kitten", "sitting", 5)]
)
def test_similarity_is_the_normalised_indel_similarity(
    text: str, target: str, distance: int
) -> None:
    """Insertions and deletions counted by hand; the first is rapidfuzz's own example."""
    length = len(text) + len(target)

    assert value("similarity", text, target) == pytest.approx(1 - distance / length)


SCHEMAS: list[JsonValue] = [
    {},
    {"type": "integer"},
    {"type": ["string", "null"], "minLength": 2},
    {"enum": [1, "a", None, [], {"a": 1}]},
    {"const": 1.0},
    {"pattern": "^a+$"},
    {"multipleOf": 0.5, "exclusiveMinimum": 0},
    {"items": {"type": "number"}, "minItems": 1},
    {"prefixItems": [{"type": "string"}], "items": False},
    {"contains": {"const": 1}, "maxContains": 1},
    {"uniqueItems": True},
    {"required": ["a"], "properties": {"a": {"minimum": 1}}},
    {"patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": False},
    {"dependentRequired": {"a": ["b"]}},
    {"propertyNames": {"maxLength": 1}},
    {"properties": {"a": True}, "unevaluatedProperties": False},
    {"anyOf": [{"type": "string"}, {"minimum": 5}], "not": {"const": "no"}},
    {"if": {"type": "object"}, "then": {"minProperties": 1}, "else": {"type": "array"}},
    {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}, "type": "array"},
    {"format": "date"},
]
INSTANCES = [
    *("null", "true", "0", "1", "1.0", "2.5", "-3", "10", '""', '"a"', '"aaa"', '"no"', "[]"),
    *("[1]", "[1, 1]", "[1, true]", '["a"]', '["a", 1]', "{}", '{"a": 1}', '{"a": "x"}'),
    *('{"b": 1}', '{"a": 1, "b": 2}', '{"ab": 1}', '{"ab": "x"}', '[{"a": 1}, {"a": 1.0}]'),
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_json_is_valid_where_the_jsonschema_package_says_so(
    schema: dict[str, JsonValue] | bool,
) -> None:
    """Two implementations of draft 2020-12, on keywords of every vocabulary."""
    reference = Draft202012Validator(schema)
    for text in INSTANCES:
        expected = float(reference.is_valid(json.loads(text)))

        assert value("json_valid", text, None, json_schema=schema) == expected, text


def test_the_grid_has_both_answers() -> None:
    """A comparison in which everything is valid would show nothing."""
    found = {
        value("json_valid", text, None, json_schema=schema)
        for schema, text in itertools.product(SCHEMAS, INSTANCES)
    }

    assert found == {0.0, 1.0}
