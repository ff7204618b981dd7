"""What runs are sorted by, as SQL, and how a page behind another one is found.

A page begins behind the last row of the one before, by its keys and its place in the log: runs that
arrive or go meanwhile shift nothing. Runs without a value stand last in either direction. Those
without the first key's are a second part of the list, so that an index has the first part in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from runoff_query.api.finding.conditions import Parameters, column_sql
from runoff_query.api.finding.fields import ATTRIBUTES
from runoff_query.api.finding.parse import OrderKey
from runoff_query.statements import pieces

KeyValue = float | str | datetime | None
Type = Literal["double precision", "text", "timestamptz"]

_BASE: Final = "runs"
_TYPES: Final[dict[str, Type]] = {"number": "double precision", "time": "timestamptz"}


@dataclass(frozen=True)
class Key:
    """One expression by which rows are sorted."""

    sql: str
    type: Type
    descending: bool
    nullable: bool

    @property
    def direction(self) -> str:
        """The name of its direction among the pieces."""
        return "descending" if self.descending else "ascending"

    def order(self, sql: str) -> str:
        """As it stands in ORDER BY, where it is called `sql`."""
        # Without a word on nulls where there are none: only then is it the order of an index.
        nulls = " null" if self.nullable and self.descending else ""
        return pieces("finding/keys")[self.direction + nulls].format(key=sql)


@dataclass(frozen=True)
class Sorting:
    """Everything about the order of one part of a list."""

    source: str
    keys: tuple[Key, ...]
    condition: str | None
    """What makes a run belong to this part; none where all do."""


def has_two_parts(order: Sequence[OrderKey]) -> bool:
    """Whether there may be runs without the first key's value, which are found by themselves."""
    if not order:
        return False
    field = order[0].field
    return field.space != "attribute" or ATTRIBUTES[field.name].nullable


def sorting(order: Sequence[OrderKey], parameters: Parameters, *, without_first: bool) -> Sorting:
    """How a part of a list is sorted.

    Args:
        without_first: Of the runs that have no value for the first key, the later part.
    """
    sql = pieces("finding/keys")
    sources: list[str] = [_BASE]
    keys: list[Key] = []
    for place, each in enumerate(order):
        is_first = place == 0 and has_two_parts(order)
        join = "JOIN" if is_first and not without_first else "LEFT JOIN"
        source = _source(each)
        if source:
            name = "" if source == "model" else parameters.of(each.field.name)
            sources.append(sql[f"{source} source"].format(place=place, join=join, name=name))
        if not (is_first and without_first):
            keys += _keys(each, place, nullable=not is_first)
    condition = _part(order[0], without=without_first) if has_two_parts(order) else None
    return Sorting("\n".join(sources), tuple(keys), condition)


def order_sql(keys: Sequence[Key]) -> str:
    """The ORDER BY of a part; the newest first where all keys are equal."""
    return ", ".join([*(key.order(key.sql) for key in keys), "runs.created_seq DESC"])


def outer_order_sql(keys: Sequence[Key]) -> str:
    """The same, where the keys are columns of the page."""
    named = (key.order(f"page.key_{n}") for n, key in enumerate(keys))
    return ", ".join([*named, "page.created_seq DESC"])


def behind_sql(
    keys: Sequence[Key], values: Sequence[KeyValue], created_seq: int, parameters: Parameters
) -> str:
    """The condition of standing behind a row that has these values."""
    sql = pieces("finding/keys")
    found = sql["before"].format(value=parameters.add(created_seq, "bigint"))
    bounds: list[str] = []
    for n, (key, value) in reversed(list(enumerate(zip(keys, values, strict=True)))):
        if value is None:
            # Nothing is behind a null but other nulls.
            found = f"({sql['same null'].format(key=key.sql)} AND {found})"
            continue
        placed = parameters.add(value, key.type)
        nulls = " null" if key.nullable else ""
        same = sql["same"].format(key=key.sql, value=placed)
        behind = sql[f"behind {key.direction}{nulls}"].format(key=key.sql, value=placed)
        found = f"({behind} OR ({same} AND {found}))"
        if n == 0 and not key.nullable:
            # Said once more in a form that an index begins at.
            bounds.append(sql[f"bound {key.direction}"].format(key=key.sql, value=placed))
    return " AND ".join([*bounds, found])


def _part(first: OrderKey, *, without: bool) -> str | None:
    """What tells the runs of one part from those of the other; none where a join does."""
    sql = pieces("finding/keys")
    if first.field.space != "attribute":
        return sql["without"].format(place=0) if without else None
    piece = "attribute without" if without else "attribute has"
    return sql[piece].format(column=column_sql(first.field.name))


def _source(key: OrderKey) -> str | None:
    if key.field.space != "attribute":
        return key.field.space
    return "model" if key.field.name == "model" else None


def _keys(key: OrderKey, place: int, *, nullable: bool) -> list[Key]:
    sql, descending = pieces("finding/keys"), key.descending
    match key.field.space:
        case "metric":
            name = "metric descending" if descending else "metric ascending"
            found = sql[name].format(place=place)
            return [Key(found, "double precision", descending, nullable)]
        case "param":
            # Numbers among themselves first, then whatever is none by its text.
            number, text = (sql[f"param {each}"].format(place=place) for each in ("number", "text"))
            return [
                Key(number, "double precision", descending, nullable=True),
                Key(text, "text", descending, nullable),
            ]
        case "tag":
            return [Key(sql["tag text"].format(place=place), "text", descending, nullable)]
    attribute = ATTRIBUTES[key.field.name]
    if attribute.sort == "model":
        return [Key(sql["model text"].format(place=place), "text", descending, nullable=False)]
    column, type_ = column_sql(key.field.name), _TYPES.get(attribute.sort, "text")
    if type_ != "timestamptz":
        column = sql["number" if type_ == "double precision" else "text"].format(column=column)
    return [Key(column, type_, descending, nullable and attribute.nullable)]
