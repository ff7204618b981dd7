"""The route that says what a launch would be: refused or taken, what it can show, what it costs.

Whoever fills in a form sees it before anything is spent. run-manager checks the launch as it would
carry it out, scoring says which difference so many entries show, workers price prompts.
"""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from runoff_contracts.commands import CheckLaunch, CreateRun, SizePlan
from runoff_contracts.estimate import EstimateView, LaunchChecked
from runoff_contracts.ids import new_run_id
from runoff_contracts.plan_size import PlanSize, PlanSizeAsked
from runoff_contracts.problem import FieldError, Problem
from runoff_contracts.scorers import is_pass_fail
from runoff_query.api.checking import LAUNCH_S
from runoff_query.api.costing import costs_of, total
from runoff_query.api.parts import Parts, PartsOf
from runoff_query.api.plans_meant import resolve_plan
from runoff_query.api.problems import ProblemRaised
from runoff_query.api.reading import as_json
from runoff_query.api.runs import RunRequest, order_of, template_of
from runoff_query.statements import statement
from runoff_runtime.errors import NoAnswer

_DISCORDANCES: Final = (0.05, 0.1, 0.2)
"""Shares of entries that exactly one of two models gets right: alike, usual, unlike."""
_SIZE_S = 20.0

router = APIRouter(tags=["runs"])


@router.post("/runs/estimate", response_model=EstimateView)
async def estimate_run(asked: RunRequest, parts: PartsOf) -> Response:
    """What `POST /api/runs` would say and lead to; nothing is launched and no model is asked."""
    launch, problems = await _launch_meant(asked, parts)
    command = CheckLaunch(command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC), launch=launch)
    accepted = await parts.order(command, timeout_s=LAUNCH_S)
    checked = LaunchChecked.model_validate(accepted.data)
    sizes = await _differences(parts, checked)
    costs = await costs_of(parts, checked, launch)
    cost_usd, cost_reason = total(costs, checked)
    return as_json(
        EstimateView(
            task=checked.task,
            dataset=checked.dataset,
            dataset_version=checked.dataset_version,
            n_entries=checked.n_entries,
            scorers=[f"{each.name}@{each.version}" for each in checked.scorers],
            problems=[*problems, *checked.problems],
            warnings=checked.warnings,
            differences=sizes,
            cost_usd=cost_usd,
            cost_reason=cost_reason,
            costs=costs,
        )
    )


async def _launch_meant(asked: RunRequest, parts: Parts) -> tuple[CreateRun, list[Problem]]:
    """The launch with whole names; what names nothing is left out of it, and told."""
    named = dict[str, object](template=None, plan=None)
    problems: list[Problem] = []
    for field, text, resolve in (
        ("template", asked.template, template_of),
        ("plan", asked.plan, resolve_plan),
    ):
        if text is None:
            continue
        try:
            named[field] = await resolve(parts, text)
        except ProblemRaised as refused:
            told = refused.problem
            errors = told.errors or [FieldError(field=field, message=told.detail or told.title)]
            problems.append(told.model_copy(update={"errors": errors}))
    return order_of(asked, new_run_id(), named), problems


async def _differences(parts: Parts, checked: LaunchChecked) -> list[PlanSize]:
    """The smallest differences that the entries show, what a past run says of them first."""
    n_entries = checked.n_entries
    if n_entries is None or n_entries < 2 or not checked.scorers:
        return []
    primary = checked.scorers[0]
    alike = await parts.pool.fetchval(statement("read/run_alike"), checked.dataset, primary.name)
    asked: list[PlanSizeAsked] = []
    if alike is not None:
        asked.append(PlanSizeAsked(n_entries=n_entries, from_run=str(alike), metric=primary.name))
    asked += [PlanSizeAsked(n_entries=n_entries, discordance=each) for each in _DISCORDANCES]
    if not all(is_pass_fail(each.name, each.params) for each in checked.scorers):
        # In units of the standard deviation, of which nothing is known before.
        asked.append(PlanSizeAsked(n_entries=n_entries, sd=1.0))
    return await _sizes(parts, asked)


async def _sizes(parts: Parts, asked: Sequence[PlanSizeAsked]) -> list[PlanSize]:
    async with asyncio.TaskGroup() as group:
        told = [group.create_task(_size(parts, each)) for each in asked]
    return [size for each in told if (size := each.result()) is not None]


async def _size(parts: Parts, asked: PlanSizeAsked) -> PlanSize | None:
    """None where scoring is away, or where a past run says nothing of how entries vary."""
    command = SizePlan(command_id=str(uuid.uuid4()), sent_at=datetime.now(UTC), asked=asked)
    try:
        accepted = await parts.order(command, timeout_s=_SIZE_S)
    except (NoAnswer, ProblemRaised):
        return None
    return PlanSize.model_validate(accepted.data)
