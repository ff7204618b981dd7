"""Groups of runs by alias, label, parameter, model or another attribute, with means over each.

The unit is the run: one with several contenders counts once, with their mean, because contenders of
one run answered the same entries and are not independent. Where runs are grouped by model, only the
contender of that model counts.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from runoff_contracts.views import GroupMetric, GroupView
from runoff_query.api.finding.conditions import Parameters, column_sql, condition_sql
from runoff_query.api.finding.fetching import fetch
from runoff_query.api.finding.fields import Condition, Field
from runoff_query.api.finding.tokens import did_you_mean
from runoff_query.api.problems import ProblemRaised, refuse
from runoff_query.api.reading import bad_cursor, cursor_keys, make_cursor
from runoff_query.database import Pool
from runoff_query.statements import pieces, statement

BY_ATTRIBUTE: Final = ("alias", "dataset", "kind", "model", "priority", "status", "task")
_KEYED: Final = {"label": "tag", "tag": "tag", "param": "param"}


@dataclass(frozen=True)
class _Grouping:
    source: str
    key: str
    measured: str
    """What metrics are joined, then a run's value of them, and how it is made one."""
    value: str
    per_run: str


@dataclass(frozen=True)
class Groups:
    """One part of the groups, and where the next one begins."""

    items: list[GroupView]
    next_cursor: str | None


def parse_by(by: str) -> Field:
    """What `alias`, `model`, `label:team` or `param:lr` means.

    Raises:
        ProblemRaised: 422 for anything else.
    """
    kind, colon, name = by.partition(":")
    if colon and kind in _KEYED and name:
        return Field("tag" if _KEYED[kind] == "tag" else "param", name)
    if by in BY_ATTRIBUTE:
        return Field("attribute", by)
    raise _bad_by(by)


async def find_groups(
    pool: Pool,
    condition: Condition,
    by: Field,
    metrics: Sequence[str],
    cursor: str | None,
    limit: int,
) -> Groups:
    """Groups of the runs that fit a condition, the largest first.

    Raises:
        ProblemRaised: 422 for a cursor of another list, or a filter that takes too long.
    """
    rows = await _page(pool, condition, by, cursor, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    measured = await _measure(pool, condition, by, metrics, rows) if metrics and rows else {}
    items = [
        GroupView(
            key=row["key"],
            n_runs=row["n_runs"],
            newest_at=row["newest_at"],
            metrics=measured.get(row["key"], {}),
        )
        for row in rows
    ]
    return Groups(items, _cursor(by, rows[-1]) if more else None)


async def _page(
    pool: Pool, condition: Condition, by: Field, cursor: str | None, limit: int
) -> list[asyncpg.Record]:
    parameters = Parameters()
    grouping = _grouping(by, parameters)
    text = statement("finding/group_page").format(
        key=grouping.key,
        source=grouping.source,
        condition=condition_sql(condition, parameters),
        behind=_behind(by, cursor, parameters),
        limit=parameters.add(limit, "bigint"),
    )
    return await fetch(pool, text, parameters)


async def _measure(
    pool: Pool,
    condition: Condition,
    by: Field,
    metrics: Sequence[str],
    groups: Sequence[asyncpg.Record],
) -> Mapping[str | None, dict[str, GroupMetric]]:
    parameters = Parameters()
    grouping = _grouping(by, parameters)
    keys = [group["key"] for group in groups if group["key"] is not None]
    text = statement("finding/group_metrics").format(
        key=grouping.key,
        source=grouping.source,
        measured=grouping.measured,
        value=grouping.value,
        per_run=grouping.per_run,
        condition=condition_sql(condition, parameters),
        metrics=parameters.add(list(metrics), "text[]"),
        keys=parameters.add(keys, "text[]"),
    )
    rows = await fetch(pool, text, parameters)
    # In a thread: the first time it imports scipy.
    return await asyncio.to_thread(_with_intervals, rows)


def _with_intervals(rows: Sequence[asyncpg.Record]) -> dict[str | None, dict[str, GroupMetric]]:
    # Imported at its first use: scipy takes longer to import than this service to start.
    from runoff_statistics.means import interval_of, moments_of

    found: dict[str | None, dict[str, GroupMetric]] = {}
    for row in rows:
        n, lowest, highest = row["n"], row["lowest"], row["highest"]
        largest = max(abs(lowest), abs(highest))
        estimate = interval_of(moments_of(n, row["mean"], row["deviation"], largest=largest))
        interval = estimate.interval
        found.setdefault(row["key"], {})[row["metric"]] = GroupMetric(
            n_runs=n,
            mean=row["mean"],
            interval=(interval.low, interval.high) if interval else None,
            reason=estimate.reason,
            lowest=lowest,
            highest=highest,
        )
    return found


def _grouping(by: Field, parameters: Parameters) -> _Grouping:
    sql = pieces("finding/groups")
    by_model = by == Field("attribute", "model")
    whose = "model " if by_model else ""
    measured = [sql[f"{whose}{piece}"] for piece in ("measured", "value", "per run")]
    if by_model:
        return _Grouping(sql["model source"], sql["model key"], *measured)
    if by.space == "attribute":
        return _Grouping("", column_sql(by.name), *measured)
    source = sql[f"{by.space} source"].format(name=parameters.of(by.name))
    return _Grouping(source, sql[f"{by.space} key"], *measured)


def _kind(by: Field) -> str:
    return f"groups:{by}"


def _cursor(by: Field, row: asyncpg.Record) -> str:
    return make_cursor(_kind(by), row["n_runs"], row["is_null"], row["head"], row["hash"])


def _behind(by: Field, cursor: str | None, parameters: Parameters) -> str:
    if cursor is None:
        return "true"
    keys = cursor_keys(_kind(by), cursor)
    if len(keys) != 4 or not all(
        type(key) is wanted for key, wanted in zip(keys, (int, bool, str, str), strict=True)
    ):
        raise bad_cursor()
    n_runs, is_null, head, hash_ = keys
    return pieces("finding/groups")["behind"].format(
        n_runs=parameters.add(-n_runs, "bigint"),
        is_null=parameters.add(is_null, "boolean"),
        head=parameters.add(head, "text"),
        hash=parameters.add(hash_, "text"),
    )


def _bad_by(by: str) -> ProblemRaised:
    told = ", ".join([*BY_ATTRIBUTE, "label:<name>", "param:<name>"])
    return refuse(
        "bad-by",
        "Runs are not grouped by that",
        422,
        field="by",
        hint=f"one of {told}{did_you_mean(by, BY_ATTRIBUTE)}",
    )
