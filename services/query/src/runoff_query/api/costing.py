"""What the language models of a launch would cost: by a past run, else by prompts of a sample."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import asyncpg

from runoff_contracts.commands import CreateRun, PricePrompts
from runoff_contracts.estimate import CostEstimate, LaunchChecked, PromptsPriced
from runoff_contracts.scorers import is_judged, n_questions
from runoff_contracts.specs.llm import LlmSpec
from runoff_query.api.parts import Parts
from runoff_query.api.problems import ProblemRaised
from runoff_query.statements import statement
from runoff_runtime.errors import NoAnswer

_PRICE_S: Final = 20.0
"""The first time, a worker imports the libraries that know prices."""


@dataclass(frozen=True)
class _Asked:
    """A language model that is asked in a run."""

    field: str
    model: str
    digest: str
    spec: LlmSpec
    n_calls: int
    """About one entry."""
    is_judge: bool = False


async def costs_of(parts: Parts, checked: LaunchChecked, launch: CreateRun) -> list[CostEstimate]:
    """What each language model costs over all entries; models of other kinds have no price."""
    asked = _asked(checked, launch)
    if not asked or checked.n_entries is None:
        return []
    digests = [each.digest for each in asked]
    rows = await parts.pool.fetch(statement("read/past_costs"), checked.dataset, digests)
    past = {row["digest"]: row for row in rows}
    async with asyncio.TaskGroup() as group:
        told = [
            group.create_task(_cost(parts, each, past.get(each.digest), checked, launch))
            for each in asked
        ]
    return [each.result() for each in told]


def total(costs: Sequence[CostEstimate], checked: LaunchChecked) -> tuple[float | None, str | None]:
    """Of the whole run, or why it is not known."""
    if checked.n_entries is None:
        return None, "how many entries are asked about is not known"
    for each in costs:
        if each.cost_usd is None:
            return None, f"{each.model}: {each.reason}"
    if checked.problems and not costs:
        return None, "which models are asked is not known"
    return sum(each.cost_usd or 0.0 for each in costs), None


def _asked(checked: LaunchChecked, launch: CreateRun) -> list[_Asked]:
    found = [
        _Asked(f"models.{each.position}", each.model, each.digest, each.spec, 1)
        for each in checked.contenders
        if isinstance(each.spec, LlmSpec)
    ]
    named = [each.name for each in launch.scorers or checked.scorers]
    params = {each.name: each.params for each in checked.scorers}
    for judge in checked.judges:
        if not is_judged(judge.scorer):
            continue
        found.append(
            _Asked(
                f"scorers.{named.index(judge.scorer)}.params.model",
                judge.model,
                judge.digest,
                judge.spec,
                n_questions(judge.scorer, params[judge.scorer], len(checked.contenders)),
                is_judge=True,
            )
        )
    return found


async def _cost(
    parts: Parts,
    asked: _Asked,
    past: asyncpg.Record | None,
    checked: LaunchChecked,
    launch: CreateRun,
) -> CostEstimate:
    n_calls = asked.n_calls * (checked.n_entries or 0)
    if past is not None:
        return CostEstimate(
            field=asked.field,
            model=asked.model,
            cost_usd=past["cost_usd"] * n_calls,
            n_input_tokens=past["n_input_tokens"],
            n_output_tokens=past["n_output_tokens"],
            basis="past_run",
            from_run=str(past["run_id"]),
        )
    if asked.is_judge:
        reason = "what a judge takes is known only from a run"
        return CostEstimate(field=asked.field, model=asked.model, cost_usd=None, reason=reason)
    priced = await _priced(parts, asked, checked, launch)
    return CostEstimate(
        field=asked.field,
        model=asked.model,
        cost_usd=None if priced.cost_usd is None else priced.cost_usd * n_calls,
        reason=priced.reason,
        n_input_tokens=priced.n_input_tokens,
        n_output_tokens=priced.n_output_tokens,
        basis="none" if priced.cost_usd is None else "prompt",
    )


async def _priced(
    parts: Parts, asked: _Asked, checked: LaunchChecked, launch: CreateRun
) -> PromptsPriced:
    command = PricePrompts(
        command_id=str(uuid.uuid4()),
        sent_at=datetime.now(UTC),
        model=asked.model,
        spec=asked.spec,
        entries=checked.entries or "",
        selection=launch.selection,
    )
    try:
        accepted = await parts.order(command, timeout_s=_PRICE_S)
    except NoAnswer:
        reason = "no worker is there to price its prompts"
    except ProblemRaised as refused:
        reason = refused.problem.title
    else:
        return PromptsPriced.model_validate(accepted.data)
    return PromptsPriced(
        n_sample=0, n_input_tokens=None, n_output_tokens=None, cost_usd=None, reason=reason
    )
