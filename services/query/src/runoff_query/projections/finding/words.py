"""The words of a text, in the form in which they are kept and in which they are looked for."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from runoff_contracts.params import ParamValue

MAX_WORD: Final = 60
"""A longer word is found by its beginning."""
MAX_WORDS: Final = 2000
"""Of one kind (those of a run, of its labels, of its parameters): an index takes a megabyte of one
run, and nobody looks for the last words of a prompt of thousands."""

_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)


def words_of(*texts: str) -> list[str]:
    """Each word once, in order: letters and digits without case, as `net`, `2` of `onnx/Net_2`."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _WORD.finditer(unicodedata.normalize("NFKC", text).casefold()):
            found[match.group()[:MAX_WORD]] = None
            if len(found) == MAX_WORDS:
                return list(found)
    return list(found)


def words_of_run(run_id: str, dataset: str, models: Iterable[str]) -> list[str]:
    """What never changes of a run; its id also in one piece, so that any beginning finds it."""
    return words_of(run_id.replace("-", ""), run_id, dataset, *models)


def text_of(value: ParamValue) -> str:
    """A parameter's value as a filter compares it: `true`, `3`, `0.001`, or the text itself."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def number_of(value: ParamValue) -> float | None:
    """The finite number that a value is or that its text reads as; no boolean is one."""
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) != float("inf") else None
