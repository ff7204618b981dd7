"""A condition as SQL: pieces of `sql/finding/terms.sql`, with every value as a parameter."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from runoff_query.api.finding.fields import (
    Condition,
    Every,
    Few,
    Not,
    Scalar,
    Some,
    Term,
    Value,
    Words,
)
from runoff_query.statements import pieces

MAX_NUMBER_DIGITS: Final = 9
"""Of a model's version: what an integer of PostgreSQL always holds."""


@dataclass
class Parameters:
    """What goes with a statement as `$1`, `$2` and so on."""

    values: list[object] = field(default_factory=list)

    def add(self, value: Value | list[Scalar], type_: str) -> str:
        """The place of a value that is a `type_` of PostgreSQL."""
        self.values.append(value)
        return f"${len(self.values)}::{type_}"

    def of(self, value: Value) -> str:
        """The place of a value, by what it is; of a tuple, as an array."""
        if isinstance(value, tuple):
            return self.add(list(value), f"{_type_of(value[0])}[]")
        return self.add(value, "text" if value is None else _type_of(value))


def condition_sql(condition: Condition, parameters: Parameters, *, negated: bool = False) -> str:
    """What stands in a WHERE over `runs`.

    Args:
        negated: The other way round. It is carried down to the terms, where the planner knows to
            look for rows that are not there.
    """
    match condition:
        case Not():
            return condition_sql(condition.part, parameters, negated=not negated)
        case Every() | Some():
            parts = [condition_sql(each, parameters, negated=negated) for each in condition.parts]
            is_every = isinstance(condition, Every) is not negated
            if not parts:
                return "true" if is_every else "false"
            return "(" + ("\n   AND " if is_every else "\n    OR ").join(parts) + ")"
        case Words():
            query = " & ".join(map(_word, condition.words))
            found = pieces("finding/terms")["words"].format(value=parameters.of(query))
            return _negated(found) if negated else found
        case Term(operator="is null"):
            there = Term(condition.field, "is not null")
            return condition_sql(there, parameters, negated=not negated)
        case Few():
            found = metric_sql("few", condition.term, parameters)
            return _negated(found) if negated else found
        case Term() if condition.field.space == "metric":
            return metric_sql("not" if negated else "", condition, parameters)
        case Term():
            found = _term(condition, parameters)
            return _negated(found) if negated else found


def metric_sql(form: str, term: Term, parameters: Parameters, **more: str) -> str:
    """A term on a metric, in a form of which the pieces have one for all operators.

    Args:
        more: What else stands in braces in this form.
    """
    terms = pieces("finding/terms")
    name = parameters.of(term.field.name)
    value = "" if term.value is None else parameters.of(term.value)
    fits = terms[f"metric fits {term.operator}"].format(value=value)
    return terms[f"metric {form}".strip()].format(name=name, fits=fits, **more)


def column_sql(attribute: str) -> str:
    """An attribute of a row of `runs`."""
    return pieces("finding/columns")[attribute]


def _term(term: Term, parameters: Parameters) -> str:
    space, terms = term.field.space, pieces("finding/terms")
    if space == "attribute":
        if term.field.name == "model":
            return _model(term, parameters)
        if term.field.sort == "flag" and term.value is not None:
            # As it stands in the index: of an expression the planner would not know how many fit.
            is_set = (term.value == "true") is (term.operator == "=")
            return terms[term.field.name if is_set else f"not {term.field.name}"]
        column = column_sql(term.field.name)
        chosen = _chosen(space, term)
        value = "" if term.value is None else parameters.of(term.value)
        return terms[chosen].format(column=column, comparison=_comparison(term), value=value)
    name = parameters.of(term.field.name)
    value = "" if term.value is None else parameters.of(term.value)
    if space == "param" and term.value is not None:
        first = term.value[0] if isinstance(term.value, tuple) else term.value
        space_of = f"param {_type_of(first).replace('double precision', 'number')}"
        return terms[_chosen(space_of, term)].format(
            name=name, comparison=_comparison(term), value=value
        )
    return terms[_chosen(space, term)].format(name=name, comparison=_comparison(term), value=value)


def _model(term: Term, parameters: Parameters) -> str:
    """A model may be named with its version, `onnx/net@2`, where it is to be equal to it."""
    terms, value, number = pieces("finding/terms"), term.value, None
    if term.operator in {"=", "!="}:
        name, at, digits = str(value).rpartition("@")
        if at and digits.isdecimal() and len(digits) <= MAX_NUMBER_DIGITS:
            value, number = name, int(digits)
        return terms[f"model {term.operator}"].format(
            value=parameters.of(value), name=parameters.add(number, "integer")
        )
    placed = "" if value is None else parameters.of(value)
    return terms[_chosen("model", term)].format(comparison=_comparison(term), value=placed)


def _negated(found: str) -> str:
    """A comparison with null is neither true nor false; a row is there or it is not."""
    piece = "not exists" if found.startswith("EXISTS") else "not"
    return pieces("finding/terms")[piece].format(part=found)


def _chosen(space: str, term: Term) -> str:
    """The piece that is meant: the one of the very operator where there is one."""
    exact = f"{space} {term.operator}"
    return exact if exact in pieces("finding/terms") else space


def _comparison(term: Term) -> str:
    """As PostgreSQL writes it; only those of `Operator` come here."""
    return {"!=": "<>", "like": "LIKE", "ilike": "ILIKE"}.get(term.operator, term.operator)


def _type_of(value: Scalar) -> str:
    match value:
        case float():
            return "double precision"
        case str():
            return "text"
        case datetime():
            return "timestamptz"
        case UUID():
            return "uuid"


def _word(word: str) -> str:
    """The beginning of a word; of a single letter or digit, which half of all words begin with,
    that word itself. Words are letters and digits, so that the quotes hold them.
    """
    return f"'{word}':*" if len(word) > 1 else f"'{word}'"
