"""Routes that find runs: the list with its filter, order and search, and groups of runs."""

import asyncio
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from runoff_contracts.kind import Kind
from runoff_contracts.task import Status
from runoff_contracts.views import GroupView, Page, RunView
from runoff_query.api.finding.conditions import MAX_NUMBER_DIGITS
from runoff_query.api.finding.fields import (
    Condition,
    Every,
    Field,
    Operator,
    Term,
    Value,
    Words,
    terms_of,
)
from runoff_query.api.finding.groups import find_groups, parse_by
from runoff_query.api.finding.known import refuse_unknown, refuse_unknown_terms
from runoff_query.api.finding.page import find_runs
from runoff_query.api.finding.parse import parse_filter, parse_order
from runoff_query.api.finding.tokens import MAX_LENGTH
from runoff_query.api.parts import PartsOf
from runoff_query.api.problems import refuse
from runoff_query.api.reading import FreshOf, Limit
from runoff_query.api.run_queries import run_views
from runoff_query.projections.finding.words import words_of

MAX_WORDS: Final = 10
MAX_METRICS: Final = 10
Archived = Literal["no", "yes", "any"]
_ARCHIVED: Final = Field("attribute", "archived")

router = APIRouter(tags=["runs"])

LongCursor = Annotated[
    str | None, Query(max_length=8000, description="`next_cursor` of the part before")
]
"""It holds what runs are sorted by."""


async def _condition(
    parts: PartsOf,
    filter: Annotated[
        str,
        Query(
            max_length=MAX_LENGTH,
            description="As `metrics.accuracy > 0.9 and params.lr = '0.001' "
            "and tags.team = 'vision'`",
        ),
    ] = "",
    search: Annotated[
        str,
        Query(
            max_length=500,
            description="Words, or their beginnings, of id, alias, labels, parameters, dataset "
            "and models; a run has all of them",
        ),
    ] = "",
    status: Annotated[list[Status] | None, Query(description="Several: any of them")] = None,
    kind: Annotated[list[Kind] | None, Query(description="Several: any of them")] = None,
    model: Annotated[str | None, Query(description="`provider/name`, also with @number")] = None,
    dataset: str | None = None,
    archived: Annotated[
        Archived | None,
        Query(description="`no` where it is left out, unless the filter speaks of `archived`"),
    ] = None,
) -> Every:
    """What a run has to fit, from all that narrow a list."""
    parsed = parse_filter(filter)
    await refuse_unknown_terms(parts.pool, parsed)
    found: list[Condition] = [*parsed.parts, *_of_archived(archived, parsed)]
    if search.strip():
        found.append(words_meant(search, field="search"))
    if status:
        found.append(_attribute("status", "in", tuple(status)))
    if kind:
        found.append(_attribute("kind", "in", tuple(kind)))
    if model is not None:
        found.append(_attribute("model", "=", _model_meant(model)))
    if dataset is not None:
        found.append(_attribute("dataset", "=", dataset))
    return Every(tuple(found))


def _of_archived(archived: Archived | None, parsed: Every) -> list[Condition]:
    """Archived runs are left out where nobody speaks of them."""
    said = any(term.field == _ARCHIVED for term in terms_of(parsed))
    meant = archived or ("any" if said else "no")
    return [] if meant == "any" else [Term(_ARCHIVED, "=", "true" if meant == "yes" else "false")]


ConditionOf = Annotated[Every, Depends(_condition)]


@router.get("/runs", response_model=Page[RunView])
async def list_runs(
    parts: PartsOf,
    fresh: FreshOf,
    condition: ConditionOf,
    order_by: Annotated[
        str,
        Query(max_length=2000, description="As `metrics.accuracy desc, alias`; else newest first"),
    ] = "",
    limit: Limit = 50,
    cursor: LongCursor = None,
) -> Response:
    """Runs that fit everything that is asked, newest first where no order is given."""
    order = parse_order(order_by)
    await refuse_unknown(parts.pool, [key.field for key in order], field="order_by")
    found = await find_runs(parts.pool, condition, order, cursor, limit)
    items = await run_views(parts.pool, found.rows)
    page = Page[RunView](items=items, next_cursor=found.next_cursor)
    # In a thread: a thousand runs are megabytes of JSON.
    return await asyncio.to_thread(fresh.answer, page)


@router.get("/runs/groups", response_model=Page[GroupView])
async def group_runs(
    parts: PartsOf,
    fresh: FreshOf,
    condition: ConditionOf,
    by: Annotated[
        str,
        Query(
            max_length=300,
            description="alias, dataset, kind, model, priority, status, task, label:<name> or "
            "param:<name>",
        ),
    ],
    metric: Annotated[
        list[str] | None,
        Query(max_length=MAX_METRICS, description="Metrics to take means of"),
    ] = None,
    limit: Limit = 50,
    cursor: LongCursor = None,
) -> Response:
    """Runs by what they have in common, the largest group first, with means and 95 % intervals."""
    meant = parse_by(by)
    await refuse_unknown(parts.pool, [meant], field="by")
    metrics = list(dict.fromkeys(metric or []))
    await refuse_unknown(parts.pool, [Field("metric", each) for each in metrics], field="metric")
    found = await find_groups(parts.pool, condition, meant, metrics, cursor, limit)
    return fresh.answer(Page[GroupView](items=found.items, next_cursor=found.next_cursor))


def _attribute(name: str, operator: Operator, value: Value) -> Term:
    return Term(Field("attribute", name), operator, value)


def words_meant(search: str, *, field: str) -> Words:
    """What is to be looked for.

    Args:
        field: Of the request, that has the words.

    Raises:
        ProblemRaised: 422 where there are none, or too many.
    """
    words = words_of(search)
    if not words or len(words) > MAX_WORDS:
        raise refuse(
            "bad-search",
            "The search has no words" if not words else "The search has too many words",
            422,
            field=field,
            hint=f"up to {MAX_WORDS} words of letters and digits, as: nightly gpt",
        )
    return Words(tuple(words))


def _model_meant(model: str) -> str:
    _, at, number = model.partition("@")
    if at and not (number.isdecimal() and len(number) <= MAX_NUMBER_DIGITS):
        raise refuse(
            "bad-model",
            "The model's version is no number",
            422,
            field="model",
            hint="as onnx/net@2",
        )
    return model
