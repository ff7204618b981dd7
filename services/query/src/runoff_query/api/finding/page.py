"""One part of a list of runs: the statement, its place behind the part before, its rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import pydantic_core

from runoff_query.api.finding.conditions import Parameters, condition_sql
from runoff_query.api.finding.fetching import fetch
from runoff_query.api.finding.few import few_first
from runoff_query.api.finding.fields import Condition
from runoff_query.api.finding.orders import (
    Key,
    KeyValue,
    Sorting,
    behind_sql,
    has_two_parts,
    order_sql,
    outer_order_sql,
    sorting,
)
from runoff_query.api.finding.parse import OrderKey
from runoff_query.api.reading import bad_cursor, cursor_keys, make_cursor
from runoff_query.database import Pool
from runoff_query.statements import statement


@dataclass(frozen=True)
class Position:
    """Where a part ended: the keys of its last run."""

    without_first: bool
    created_seq: int
    values: tuple[KeyValue, ...]


@dataclass(frozen=True)
class Found:
    """Rows of one part, and where the next one begins; none where nothing follows."""

    rows: list[asyncpg.Record]
    next_cursor: str | None


async def find_runs(
    pool: Pool, condition: Condition, order: Sequence[OrderKey], cursor: str | None, limit: int
) -> Found:
    """Runs that fit a condition, in order.

    Raises:
        ProblemRaised: 422 for a cursor of another list, or a filter that takes too long.
    """
    position = _read(order, cursor)
    without = position is not None and position.without_first
    condition = await few_first(pool, condition)
    rows = await _fetch(pool, condition, order, position, limit + 1, without=without)
    parts = [without] * len(rows)
    if has_two_parts(order) and not without and len(rows) <= limit:
        more = await _fetch(pool, condition, order, None, limit + 1 - len(rows), without=True)
        rows, parts = rows + more, parts + [True] * len(more)
    if len(rows) <= limit:
        return Found(rows, None)
    return Found(rows[:limit], _cursor(order, rows[limit - 1], without=parts[limit - 1]))


async def _fetch(
    pool: Pool,
    condition: Condition,
    order: Sequence[OrderKey],
    position: Position | None,
    limit: int,
    *,
    without: bool,
) -> list[asyncpg.Record]:
    parameters = Parameters()
    sorted_by = sorting(order, parameters, without_first=without)
    conditions = [condition_sql(condition, parameters)]
    if sorted_by.condition:
        conditions.append(sorted_by.condition)
    if position:
        conditions.append(
            behind_sql(sorted_by.keys, position.values, position.created_seq, parameters)
        )
    text = _page_sql(sorted_by, "\n           AND ".join(conditions), parameters, limit)
    return await fetch(pool, text, parameters)


def _page_sql(sorted_by: Sorting, condition: str, parameters: Parameters, limit: int) -> str:
    keys = sorted_by.keys
    return statement("finding/page").format(
        keys="".join(f", {key.sql} AS key_{n}" for n, key in enumerate(keys)),
        outer_keys="".join(f", page.key_{n}" for n in range(len(keys))),
        source=sorted_by.source,
        condition=condition,
        order=order_sql(keys),
        outer_order=outer_order_sql(keys),
        limit=parameters.add(limit, "bigint"),
    )


def _cursor(order: Sequence[OrderKey], row: asyncpg.Record, *, without: bool) -> str:
    keys = sorting(order, Parameters(), without_first=without).keys
    values = [row[f"key_{n}"] for n in range(len(keys))]
    told = [each.isoformat() if isinstance(each, datetime) else each for each in values]
    return make_cursor(_kind(order), without, row["created_seq"], *told)


def _read(order: Sequence[OrderKey], cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    found = cursor_keys(_kind(order), cursor)
    if len(found) < 2 or not isinstance(found[0], bool) or type(found[1]) is not int:
        raise bad_cursor()
    without, created_seq = found[0], found[1]
    keys = sorting(order, Parameters(), without_first=without).keys
    if len(found) != 2 + len(keys) or (without and not has_two_parts(order)):
        raise bad_cursor()
    values = [_value(key, each) for key, each in zip(keys, found[2:], strict=True)]
    return Position(without, created_seq, tuple(values))


def _value(key: Key, found: object) -> KeyValue:
    if found is None and key.nullable:
        return None
    if key.type == "double precision" and type(found) in {float, int}:
        return float(str(found))
    if isinstance(found, str) and key.type == "text":
        return found
    if isinstance(found, str) and key.type == "timestamptz":
        try:
            return datetime.fromisoformat(found).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise bad_cursor() from error
    raise bad_cursor()


def _kind(order: Sequence[OrderKey]) -> str:
    """Names the list that a cursor is of; a cursor of another order means another place."""
    told = [[key.field.space, key.field.name, key.descending] for key in order]
    return f"runs:{hashlib.sha256(pydantic_core.to_json(told)).hexdigest()[:12]}"
