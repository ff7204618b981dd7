"""Answers that are JSON, and how one JSON value is held against another."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from pydantic import JsonValue
from pydantic_core import from_json

from runoff_contracts.events.entry import Prediction
from runoff_scoring.text.numbers import whole_number
from runoff_scoring.text.words import normalised

Path = tuple[str | int, ...]


class NotJson(ValueError):
    """The answer is no JSON; the message says where it breaks."""


def answered_json(prediction: Prediction, *, fenced: bool) -> JsonValue:
    """What the answer says as JSON; with `fenced` also inside one Markdown fence around it all.

    Raises:
        NotJson: When it is none, or is nested deeper than 200 levels.
    """
    if prediction.data is not None:
        return prediction.data
    return json_of(prediction.text or "", fenced=fenced)


def json_of(text: str, *, fenced: bool) -> JsonValue:
    """What a text says as JSON.

    Raises:
        NotJson: When it is none, or is nested deeper than 200 levels.
    """
    try:
        value: JsonValue = from_json(_unfenced(text) if fenced else text, allow_inf_nan=False)
    except ValueError as error:
        raise NotJson(str(error)) from error
    return value


def _unfenced(text: str) -> str:
    # String methods, because a pattern for this takes quadratic time on many line breaks.
    stripped = text.strip()
    if len(stripped) < 6 or not (stripped.startswith("```") and stripped.endswith("```")):
        return text
    first, _, rest = stripped[3:-3].partition("\n")
    return rest if first.strip().isalnum() or not first.strip() else text


def leaves(value: JsonValue) -> Iterator[tuple[Path, JsonValue]]:
    """Every value that holds no others, and empty ones, with the path to it."""
    todo: list[tuple[Path, JsonValue]] = [((), value)]
    while todo:
        path, each = todo.pop()
        if isinstance(each, dict) and each:
            todo.extend(((*path, key), inner) for key, inner in each.items())
        elif isinstance(each, list) and each:
            todo.extend(((*path, place), inner) for place, inner in enumerate(each))
        else:
            yield path, each


def same_structure(
    answer: JsonValue, target: JsonValue, same: Callable[[JsonValue, JsonValue], bool]
) -> bool:
    """Whether two JSON values have leaves at the same paths, the same ones by `same`."""
    answered = dict(leaves(answer))
    wanted = dict(leaves(target))
    return answered.keys() == wanted.keys() and all(
        same(answered[path], each) for path, each in wanted.items()
    )


def identical_value(answer: JsonValue, target: JsonValue) -> bool:
    """Whether two leaves are one JSON value: 1 and 1.0 are, true and 1 are not."""
    return answer == target and isinstance(answer, bool) == isinstance(target, bool)


def same_value(answer: JsonValue, target: JsonValue) -> bool:
    """Whether two leaves are equal: texts by their normalised words, numbers by value.

    A number and a text that says it are equal too; true and 1 are not.
    """
    if isinstance(answer, bool) or isinstance(target, bool):
        return answer is target
    if isinstance(answer, str | int | float) and isinstance(target, str | int | float):
        return meaning(str(answer)) == meaning(str(target))
    return answer == target


def meaning(text: str) -> Decimal | str:
    """What a text is to be compared by: its value where it is a number, else normalised words.

    Equal meanings are equal as keys of a dictionary too. The sign of a percentage counts for
    nothing here, as any punctuation.
    """
    words = normalised(text)
    # The text as it stands knows a power of ten, its words that "a 5" and "5" are the same.
    number = whole_number(text) or whole_number(words)
    return words if number is None else number.value
