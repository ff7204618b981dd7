"""What can come next in a filter of runs: names, operators, values, `and` and `or`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from runoff_contracts.finding_views import RunField

MAX_OFFERED: Final = 12
_TOKEN: Final = re.compile(
    r"(?P<field>[A-Za-z_][\w.]*(?:`[^`]*`?)?)"
    r"|(?P<operator>>=|<=|!=|[<>=])"
    r"|(?P<number>[+-]?\d[\d.eE+-]*)"
    r"|(?P<text>'(?:[^']|'')*'?|\"(?:[^\"]|\"\")*\"?)"
    r"|(?P<mark>[(),])"
    r"|(?P<odd>\S)",
    re.ASCII,
)
_JOINS: Final = ("and", "or")
_TEXTS: Final = ("=", "!=", "like", "ilike", "in", "is null", "is not null")
_NUMBERS: Final = (">", ">=", "<", "<=", "=", "!=", "is null", "is not null")
_CHOICES: Final = ("=", "!=", "in")
_OPERATORS: Final = {
    "text": _TEXTS, "model": _TEXTS, "choice": _CHOICES, "flag": ("=", "!="), "id": _CHOICES,
    "number": _NUMBERS, "time": _NUMBERS, "param": (*_NUMBERS[:6], *_TEXTS[2:]),
}  # fmt: skip
_WORDS: Final = {"like", "ilike", "in", "is", "not", "null", *_JOINS}
_SAID: Final = {
    ">": "greater than", ">=": "at least", "<": "less than", "<=": "at most", "=": "equal to",
    "!=": "other than", "like": "fits a pattern, % for anything", "ilike": "the same, in any case",
    "in": "one of", "is null": "has none", "is not null": "has one",
    "and": "both", "or": "either",
}  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """One thing that can be put in."""

    text: str
    note: str


@dataclass(frozen=True)
class Completion:
    """What can stand in the place of a piece of the text."""

    start: int
    end: int
    offers: Sequence[Offer]


@dataclass(frozen=True)
class _Piece:
    kind: str
    text: str
    start: int
    end: int


def complete(text: str, at: int, fields: Sequence[RunField]) -> Completion:
    """What fits where the cursor stands.

    Args:
        at: Place of the cursor, from 0; the piece that ends there is what is being written.
    """
    pieces = [
        _Piece(str(found.lastgroup), found.group(), found.start(), found.end())
        for found in _TOKEN.finditer(text[:at])
    ]
    begun = pieces.pop() if pieces and pieces[-1].end == at and _is_open(pieces[-1]) else None
    typed = begun.text if begun else ""
    offers = _fitting(typed, _following(pieces, fields))
    return Completion(begun.start if begun else at, at, offers[:MAX_OFFERED])


def _is_open(piece: _Piece) -> bool:
    """Whether more may be written to it."""
    if piece.kind == "text":
        return len(piece.text) == 1 or piece.text[-1] != piece.text[0]
    return piece.kind in {"field", "operator", "odd"}


def _following(pieces: Sequence[_Piece], fields: Sequence[RunField]) -> Iterable[Offer]:
    if not pieces:
        return _names(fields)
    last = pieces[-1]
    word = last.text.lower()
    if word in {*_JOINS, "not", "("} and not _is_in_list(pieces):
        return _names(fields)
    if last.kind == "field" and word not in _WORDS:
        field = _field(last.text, fields)
        kind = field.kind if field else "param"
        return [Offer(each, _SAID[each]) for each in _OPERATORS[kind]]
    if last.kind == "operator" or word in {"like", "ilike", ","} or _is_in_list(pieces):
        return _values(pieces, fields)
    if word == "in":
        return [Offer("(", "a list follows")]
    if word == "is":
        return [Offer("null", _SAID["is null"]), Offer("not null", _SAID["is not null"])]
    return [Offer(each, _SAID[each]) for each in _JOINS]


def _is_in_list(pieces: Sequence[_Piece]) -> bool:
    """Whether the last piece is the bracket or comma of a list of values."""
    if pieces[-1].text == ",":
        return True
    return pieces[-1].text == "(" and len(pieces) > 1 and pieces[-2].text.lower() == "in"


def _names(fields: Sequence[RunField]) -> list[Offer]:
    return [Offer(each.name, each.kind) for each in fields]


def _values(pieces: Sequence[_Piece], fields: Sequence[RunField]) -> list[Offer]:
    named = [each for each in pieces if each.kind == "field" and each.text.lower() not in _WORDS]
    field = _field(named[-1].text, fields) if named else None
    if field is None:
        return []
    values = ["true", "false"] if field.kind == "flag" else field.values
    return [Offer(each if field.kind == "flag" else _quoted(each), field.name) for each in values]


def _field(name: str, fields: Sequence[RunField]) -> RunField | None:
    short = name.partition(".")[2] if name.startswith(("attributes.", "attribute.")) else name
    return next((each for each in fields if each.name == short), None)


def _fitting(typed: str, offers: Iterable[Offer]) -> list[Offer]:
    """Those that begin so come first, then those that have it anywhere."""
    wanted = typed.strip("'\"").lower()
    if not wanted:
        return list(offers)
    found = [each for each in offers if wanted in each.text.lower() and each.text != typed]
    return sorted(found, key=lambda each: not _begins(each.text.lower(), wanted))


def _begins(text: str, wanted: str) -> bool:
    return text.strip("'").startswith(wanted) or text.partition(".")[2].startswith(wanted)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
