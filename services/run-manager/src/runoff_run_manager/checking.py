"""Asks a worker about every model of a run before it is launched: nothing is spent before.

Only workers load models and know their servers. What they say against one goes back to whoever
launches, on the place of the model in the run, or of the scorer that judges by it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from nats.aio.client import Client

from runoff_contracts.commands import CheckModel, Refused, ScorerAsked
from runoff_contracts.events.lifecycle import Contender, JudgeUsed, RunCreated, ScorerUsed
from runoff_contracts.problem import FieldError, Problem, problem
from runoff_run_manager.errors import Refusal
from runoff_run_manager.scorer_checks import check_scorers
from runoff_run_manager.workers import Workers
from runoff_runtime.commands import ask
from runoff_runtime.errors import NoAnswer

NOBODY_S = 5.0
"""Wait for a worker where none is known to be alive: it may be starting."""
CHECK_S = 60.0
"""Wait for a worker that is alive: it may have to load a large file, or to reach a server."""
_OWN_FIELDS = {"", "model", "models"}
"""Fields by which a worker means the model as such."""


class Checks:
    """Asks workers, over one connection."""

    def __init__(self, nc: Client, workers: Workers) -> None:
        self._nc, self._workers = nc, workers

    async def check(
        self, created: RunCreated, *, fields: list[str] | None, judged_at: Mapping[str, str]
    ) -> list[str]:
        """What workers warn of, where every model that the run would ask can be asked.

        Args:
            created: Not in the log yet.
            fields: What every entry has, as `DatasetVersionAdded.fields`.
            judged_at: By scorer, the field that names the model that it judges by.

        Raises:
            Refusal: With everything that is wrong, on `models.N`; 503 where no worker answers.
        """
        # As long for sixteen models as for one: the limit is what the launcher waits at most.
        limit_s = CHECK_S if self._workers.n_alive else NOBODY_S
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(self._ask(command, field, limit_s))
                for field, command in _commands(created, fields, judged_at)
            ]
        told = [each.result() for each in asked]
        if wrong := [each for each in told if isinstance(each, Problem)]:
            raise Refusal(together(wrong))
        return [each for each in told if isinstance(each, str)]

    async def check_scorers(
        self, scorers: Sequence[ScorerUsed], asked: Sequence[ScorerAsked] | None
    ) -> None:
        """As `scorer_checks.check_scorers`."""
        await check_scorers(self._nc, scorers, asked)

    async def _ask(self, command: CheckModel, field: str, limit_s: float) -> Problem | str | None:
        """What is wrong, or what a worker warns of."""
        try:
            outcome = (await ask(self._nc, command, timeout_s=limit_s)).outcome
        except NoAnswer:
            return problem(
                "no-worker",
                "No worker is there to check the models",
                503,
                f"None answered within {limit_s:g} s. Start an inference worker, or try again.",
                [FieldError(field=field, message="was not checked")],
            )
        if isinstance(outcome, Refused):
            return placed(outcome.problem, field)
        warning = outcome.data.get("warning")
        return f"{command.model}: {warning}" if warning else None


def _commands(
    created: RunCreated, fields: list[str] | None, judged_at: Mapping[str, str]
) -> list[tuple[str, CheckModel]]:
    """What to ask, each with the field that names the model."""
    taken = created.answers_from
    contenders = [] if taken and taken.what == "all" else created.contenders
    return [
        *((f"models.{each.position}", _of_contender(each, created, fields)) for each in contenders),
        *((judged_at[each.scorer], _of_judge(each)) for each in created.judges or ()),
    ]


def _of_contender(
    contender: Contender, created: RunCreated, fields: list[str] | None
) -> CheckModel:
    return CheckModel(
        command_id=f"check-{contender.position}",
        sent_at=datetime.now(UTC),
        model=contender.model,
        file=contender.file,
        spec=contender.spec,
        task=created.task,
        fields=fields,
        entries=created.dataset.digest,
    )


def _of_judge(judge: JudgeUsed) -> CheckModel:
    return CheckModel(
        command_id=f"check-{judge.scorer}",
        sent_at=datetime.now(UTC),
        model=judge.model,
        spec=judge.spec,
        task="text",
    )


def placed(told: Problem, field: str) -> Problem:
    """What a worker says against a model, as said of the field that names it."""
    errors = [
        FieldError(
            field=field,
            message=each.message if each.field in _OWN_FIELDS else f"{each.field}: {each.message}",
        )
        for each in told.errors
    ]
    said = told.detail or told.title
    return told.model_copy(update={"errors": errors or [FieldError(field=field, message=said)]})


def together(wrong: Sequence[Problem]) -> Problem:
    """One problem of several: the first of those that say something against a model."""
    first = next((each for each in wrong if each.status < 500), wrong[0])
    return first.model_copy(update={"errors": [error for each in wrong for error in each.errors]})
