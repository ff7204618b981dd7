"""JSON that people type."""

import pytest

from runoff_web.errors import BadJson
from runoff_web.json_text import read_json


def test_json_says_what_it_says() -> None:
    """Booleans, numbers and texts keep their kind."""
    assert read_json('{"a": [1, 2.5, true, null, "x"]}', "f") == {"a": [1, 2.5, True, None, "x"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": }', "line 1, column 7"),
        ('{\n  "a": 1,\n}', r"line [23], column"),
        ("", "line 1, column 1"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1, "a": 2}', "'a' comes twice"),
        ("[" * 60 + "]" * 60, "more than 50 levels"),
        ("[" * 200_000, "levels"),
        ("1" * 5000, "digits"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text: str, said: str) -> None:
    """Also what some readers take in silence: NaN, a name twice, and what overflows a stack."""
    with pytest.raises(BadJson, match=said):
        read_json(text, "f")
