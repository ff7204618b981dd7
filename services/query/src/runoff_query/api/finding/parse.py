"""Reads filters and orders: what a person wrote becomes a condition, or a problem with its place.

    metrics.accuracy > 0.9 and (params.lr = '0.001' or tags.team in ('vision', 'speech'))

As in MLflow, with `or`, `not` and parentheses besides.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from runoff_query.api.finding.fields import (
    ATTRIBUTES,
    COMPARISONS,
    ELSEWHERE,
    ORDERED,
    Condition,
    Every,
    Field,
    Not,
    Operator,
    Scalar,
    Some,
    Term,
    Value,
)
from runoff_query.api.finding.tokens import Tokens, did_you_mean

MAX_TERMS: Final = 20
MAX_DEPTH: Final = 20
MAX_LISTED: Final = 200
MAX_PATTERN: Final = 200
MAX_WILDCARDS: Final = 10
MAX_KEYS: Final = 4

_TEXT_OPERATORS: Final[tuple[Operator, ...]] = ("=", "!=", "like", "ilike", "in", "not in")
_OPERATORS: Final[dict[str, tuple[Operator, ...]]] = {
    "number": (*COMPARISONS, "in", "not in"),
    "time": COMPARISONS,
    "text": _TEXT_OPERATORS,
    "model": _TEXT_OPERATORS,
    "choice": ("=", "!=", "in", "not in"),
    "id": ("=", "!=", "in", "not in"),
    "flag": ("=", "!="),
    "param": (*COMPARISONS, "like", "ilike", "in", "not in"),
}
_NULLS: Final[tuple[Operator, ...]] = ("is null", "is not null")


@dataclass(frozen=True)
class OrderKey:
    """One thing by which runs are sorted."""

    field: Field
    descending: bool


def parse_filter(text: str) -> Every:
    """The condition that a filter means; an empty one always holds.

    Raises:
        ProblemRaised: 422, with the place at which it is wrong and what would be right there.
    """
    tokens = Tokens(text)
    if tokens.at_end:
        return Every(())
    found = _Parser(tokens).either(0)
    if not tokens.at_end:
        tokens.wrong("`and`, `or`, or the end")
    return found if isinstance(found, Every) else Every((found,))


def parse_order(text: str) -> list[OrderKey]:
    """The keys of an order such as `metrics.accuracy desc, alias`; ascending where nothing is said.

    Raises:
        ProblemRaised: 422, with the place at which it is wrong and what would be right there.
    """
    tokens = Tokens(text, problem="order_by")
    keys: list[OrderKey] = []
    while not tokens.at_end:
        field, start = tokens.field()
        if len(keys) == MAX_KEYS:
            tokens.wrong(f"the end: {MAX_KEYS} keys are the most", start)
        if any(key.field == field for key in keys):
            tokens.wrong("each key once", start)
        keys.append(OrderKey(field, tokens.word("asc", "desc") == "desc"))
        if not tokens.at_end and not tokens.mark(","):
            tokens.wrong("asc, desc, a comma, or the end")
    return keys


class _Parser:
    """By recursive descent; how deep is counted, so that no text can end our stack."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._n_terms = 0

    def either(self, depth: int) -> Condition:
        """Parts that are joined by `or`."""
        parts = [self._all(depth)]
        while self._tokens.word("or"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _all(self, depth: int) -> Condition:
        parts = [self._one(depth)]
        while self._tokens.word("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _one(self, depth: int) -> Condition:
        start = self._tokens.next.start
        if self._tokens.word("not"):
            return Not(self._one(self._deeper(depth, start)))
        if self._tokens.mark("("):
            found = self.either(self._deeper(depth, start))
            if not self._tokens.mark(")"):
                self._tokens.wrong("`and`, `or`, or a closing parenthesis")
            return found
        return self._term()

    def _deeper(self, depth: int, start: int) -> int:
        if depth == MAX_DEPTH:
            self._tokens.wrong(f"no more than {MAX_DEPTH} levels of parentheses and `not`", start)
        return depth + 1

    def _term(self) -> Term:
        tokens = self._tokens
        field, start = tokens.field()
        self._n_terms += 1
        if self._n_terms > MAX_TERMS:
            tokens.wrong(f"the end: {MAX_TERMS} terms are the most", start)
        operator = self._operator(field)
        if operator in _NULLS:
            return Term(field, operator)
        if operator in {"in", "not in"}:
            return Term(field, operator, self._list(field))
        if operator in {"like", "ilike"}:
            return Term(field, operator, self._pattern())
        return Term(field, operator, self._value(field, operator))

    def _operator(self, field: Field) -> Operator:
        tokens, fit = self._tokens, _OPERATORS[field.sort]
        start = tokens.next.start
        found = self._written_operator()
        for operator in (*fit, *_NULLS):
            if found == operator:
                return operator
        told = [each.upper() if each.isalpha() or " " in each else each for each in (*fit, *_NULLS)]
        return tokens.wrong(f"one of {', '.join(told)}", start)

    def _written_operator(self) -> str:
        tokens = self._tokens
        if tokens.next.kind == "comparison":
            return tokens.skip().text
        if tokens.word("is"):
            words = ["is"]
            words += ["not"] if tokens.word("not") else []
            if not tokens.word("null"):
                tokens.wrong("NULL" if len(words) == 2 else "NULL or NOT NULL")
            return " ".join([*words, "null"])
        if tokens.word("not"):
            if not tokens.word("in"):
                tokens.wrong("IN; any other comparison takes its `not` before it")
            return "not in"
        return tokens.word("in", "like", "ilike") or ""

    def _value(self, field: Field, operator: Operator) -> Scalar:
        tokens = self._tokens
        match field.sort:
            case "number":
                return tokens.number("a number" if tokens.next.kind != "text" else _UNQUOTED)
            case "time":
                return self._time()
            case "choice":
                return self._choice(field)
            case "id":
                return self._id()
            case "flag":
                return self._flag()
            case "param":
                return self._param(operator)
        return tokens.text()

    def _list(self, field: Field) -> tuple[Scalar, ...]:
        tokens = self._tokens
        if not tokens.mark("("):
            tokens.wrong("a list in parentheses")
        values = [self._value(field, "in")]
        while tokens.mark(","):
            if len(values) == MAX_LISTED:
                tokens.wrong(f"a closing parenthesis: {MAX_LISTED} values are the most")
            start = tokens.next.start
            values.append(self._value(field, "in"))
            if type(values[-1]) is not type(values[0]):
                tokens.wrong("values of one sort, either numbers or texts", start)
        if not tokens.mark(")"):
            tokens.wrong("a comma or a closing parenthesis")
        return tuple(values)

    def _pattern(self) -> str:
        start = self._tokens.next.start
        pattern = self._tokens.text("a pattern in quotes, as 'net%'")
        if len(pattern) > MAX_PATTERN:
            self._tokens.wrong(f"a pattern of at most {MAX_PATTERN} characters", start)
        if pattern.count("%") > MAX_WILDCARDS:
            self._tokens.wrong(f"a pattern with at most {MAX_WILDCARDS} %", start)
        if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            self._tokens.wrong("a pattern that ends in no single \\", start)
        return pattern

    def _time(self) -> datetime:
        start = self._tokens.next.start
        meaning = "a time in quotes, as '2026-11-21' or '2026-11-21T12:00:00Z'"
        text = self._tokens.text(meaning)
        try:
            found = datetime.fromisoformat(text)
            return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)
        except (ValueError, OverflowError):
            return self._tokens.wrong(meaning, start)

    def _choice(self, field: Field) -> str:
        start = self._tokens.next.start
        choices = ATTRIBUTES[field.name].choices
        text = self._tokens.text()
        if text in choices:
            return text
        near = ELSEWHERE.get(text.lower())
        meant = did_you_mean(near or text.lower(), choices)
        told = ", ".join(repr(str(each)) for each in choices)
        return self._tokens.wrong(f"one of {told}{meant}", start)

    def _id(self) -> UUID:
        start = self._tokens.next.start
        try:
            return UUID(self._tokens.text("a whole run id in quotes"))
        except ValueError:
            return self._tokens.wrong("a whole run id in quotes", start)

    def _flag(self) -> str:
        start, meaning = self._tokens.next.start, "true or false"
        if (said := self._tokens.word("true", "false")) is not None:
            return said
        text = self._tokens.text(meaning)
        return text if text in {"true", "false"} else self._tokens.wrong(meaning, start)

    def _param(self, operator: Operator) -> Scalar:
        tokens = self._tokens
        if tokens.next.kind == "number":
            return tokens.number()
        if operator in ORDERED:
            tokens.wrong("a number" if tokens.next.kind != "text" else _UNQUOTED)
        if (said := tokens.word("true", "false")) is not None:
            return said
        return tokens.text("a text in quotes, a number, true or false")


_UNQUOTED: Final = "a number, without quotes"


def values_of(value: Value) -> tuple[Scalar, ...]:
    """The values of a list, or of a single one."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)
