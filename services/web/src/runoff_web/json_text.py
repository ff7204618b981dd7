"""JSON that a person typed: what it says, or where it breaks."""

import json
from typing import Final, NoReturn, cast

from pydantic import JsonValue

from runoff_web.errors import BadJson

MAX_DEPTH: Final = 50


def read_json(text: str, field: str) -> JsonValue:
    """The value.

    Raises:
        BadJson: With line and column, where it is none; also for NaN, a name that comes twice,
            and more than `MAX_DEPTH` levels.
    """
    try:
        # `object_pairs_hook` sees names that come twice; the last of them would count in silence.
        value = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        said = error.msg[:1].lower() + error.msg[1:]
        raise BadJson(field, said, line=error.lineno, column=error.colno) from error
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, ValueError) else "has too many levels"
        raise BadJson(field, said) from error
    if _depth(value) > MAX_DEPTH:
        raise BadJson(field, f"has more than {MAX_DEPTH} levels")
    # What json.loads gives is a JSON value by its own promise.
    return cast(JsonValue, value)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} comes twice")
        found[name] = value
    return found


def _depth(value: object) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            break
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth
