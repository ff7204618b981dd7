"""Parameters of a run: booleans, numbers and texts, and nothing that cannot be compared by."""

from __future__ import annotations

import pytest
from pydantic import JsonValue, TypeAdapter, ValidationError

from runoff_contracts.params import (
    MAX_CHARACTERS,
    MAX_PARAMS,
    MAX_PARAMS_CHARACTERS,
    Params,
    ParamValue,
    param_text,
)

PARAMS: TypeAdapter[Params] = TypeAdapter(Params)


def test_a_value_keeps_its_type() -> None:
    """`true`, 1 and 1.0 are three parameters' values, and a text of digits is a fourth."""
    given: Params = {"a": True, "b": 1, "c": 1.0, "d": "1", "e": ""}

    read = PARAMS.validate_json(PARAMS.dump_json(given))
    assert [type(each) for each in read.values()] == [bool, int, float, str, str]
    assert read == given


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "true, false, a number or a text"),
        ([1], "true, false, a number or a text"),
        ({"a": 1}, "true, false, a number or a text"),
        (float("nan"), "finite"),
        (float("-inf"), "finite"),
        (2**63, "64 bits"),
        ("x" * (MAX_CHARACTERS + 1), str(MAX_CHARACTERS)),
    ],
)
def test_what_is_no_parameter_is_refused_in_one_sentence(value: JsonValue, says: str) -> None:
    """By its name; a union would answer with a sentence for each of its members."""
    with pytest.raises(ValidationError) as caught:
        PARAMS.validate_python({"lr": value})

    (error,) = caught.value.errors()
    assert error["loc"] == ("lr",)
    assert says in error["msg"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"), (1, "1"), (1.0, "1"), (-0.0, "0"), (0.001, "0.001"), (1e300, "1e+300"),
        (2.0**53, "9007199254740992.0"), ("1.0", "1.0"),
    ],
)  # fmt: skip
def test_one_number_has_one_text(value: ParamValue, text: str) -> None:
    """Groups and pooled contenders are told apart by it."""
    assert param_text(value) == text


@pytest.mark.parametrize(
    "wrong",
    [
        {"": 1},
        {"x" * 201: 1},
        {str(each): 1 for each in range(MAX_PARAMS + 1)},
        {str(each): "x" * MAX_CHARACTERS for each in range(MAX_PARAMS_CHARACTERS // 6000 + 1)},
    ],
)
def test_names_and_amounts_are_bounded(wrong: dict[str, JsonValue]) -> None:
    """A run's first event has to hold them all."""
    with pytest.raises(ValidationError):
        PARAMS.validate_python(wrong)
