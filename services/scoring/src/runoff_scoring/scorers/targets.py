"""The texts that a text entry takes for right."""

from collections.abc import Callable

from runoff_contracts.answers import Target

OBJECT = "the target is an object, which json_fields compares"


def best(target: Target, against: Callable[[str], float]) -> float | str:
    """The highest value that `against` gives for one of the acceptable texts, at most 1.

    In words why there is none: the target is an object, or a list of none.
    """
    highest = -1.0
    for text in texts(target):
        highest = max(highest, against(text))
        if highest >= 1:
            break
    if highest >= 0:
        return highest
    return "the target is an empty list" if target == [] else OBJECT


def texts(target: Target) -> list[str]:
    """The acceptable texts; of a number how JSON writes it; none of an object."""
    several = target if isinstance(target, list) else [target]
    return [_spelt(each) for each in several if isinstance(each, str | int | float)]


def _spelt(value: str | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
