"""The parameters of a run: what a person says of it in booleans, numbers and texts.

Runoff reads nothing into them. They are there to be found, grouped and compared by.
"""

import math
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
)

MAX_PARAMS = 1000
MAX_CHARACTERS = 6000
"""Of one text."""
MAX_PARAMS_CHARACTERS = 500_000
"""Of all names and texts together: a run's first event holds them."""
_INT_LIMIT = 2**63
_EXACT = 2**53
"""Below it every whole number is a float."""


def _plain(value: object) -> object:
    """One refusal in words, where a union would give one for each of its members."""
    if not isinstance(value, bool | int | float | str):
        raise ValueError(  # noqa: TRY004  # pydantic takes no TypeError for a refusal
            "a parameter is true, false, a number or a text"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a parameter's number is finite")
    if isinstance(value, int) and not -_INT_LIMIT <= value < _INT_LIMIT:
        raise ValueError("a parameter's whole number has at most 64 bits")
    if isinstance(value, str) and len(value) > MAX_CHARACTERS:
        raise ValueError(f"a parameter's text has at most {MAX_CHARACTERS} characters")
    return value


def _bounded(params: dict[str, bool | int | float | str]) -> dict[str, bool | int | float | str]:
    texts = [*params, *(each for each in params.values() if isinstance(each, str))]
    n = sum(len(each) for each in texts)
    if n > MAX_PARAMS_CHARACTERS:
        raise ValueError(f"names and texts have {n} characters; at most {MAX_PARAMS_CHARACTERS}")
    return params


ParamName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ParamValue = Annotated[
    StrictBool | StrictInt | StrictFloat | StrictStr,
    BeforeValidator(_plain, json_schema_input_type=bool | int | float | str),
]
Params = Annotated[
    dict[ParamName, ParamValue], Field(max_length=MAX_PARAMS), AfterValidator(_bounded)
]


def param_text(value: ParamValue) -> str:
    """A value as filters and groups know it: `true`, `3`, `0.001`, or the text itself.

    1 and 1.0 are one number: which of them a program writes is chance.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return str(value)
