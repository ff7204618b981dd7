"""Asks a worker about every model of a run before it is launched: nothing is spent before.

Only workers load models and know their servers. What they say against one goes back to whoever
launches, on the place of the model in the run.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from nats.aio.client import Client

from runoff_contracts.commands import CheckModel, Refused
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.problem import FieldError, Problem, problem
from runoff_contracts.task import Task
from runoff_run_manager.errors import Refusal
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
        self, contenders: Sequence[Contender], *, task: Task, fields: list[str] | None
    ) -> None:
        """Nothing where every model can be asked.

        Args:
            fields: What every entry has, as `DatasetVersionAdded.fields`.

        Raises:
            Refusal: With everything that is wrong, on `models.N`; 503 where no worker answers.
        """
        # As long for sixteen models as for one: the limit is what the launcher waits at most.
        limit_s = CHECK_S if self._workers.n_alive else NOBODY_S
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(self._ask(each, task, fields, limit_s)) for each in contenders
            ]
        wrong = [told for each in asked if (told := each.result()) is not None]
        if wrong:
            raise Refusal(together(wrong))

    async def _ask(
        self, contender: Contender, task: Task, fields: list[str] | None, limit_s: float
    ) -> Problem | None:
        command = CheckModel(
            command_id=f"check-{contender.position}",
            sent_at=datetime.now(UTC),
            model=contender.model,
            file=contender.file,
            spec=contender.spec,
            task=task,
            fields=fields,
        )
        try:
            outcome = (await ask(self._nc, command, timeout_s=limit_s)).outcome
        except NoAnswer:
            return problem(
                "no-worker",
                "No worker is there to check the models",
                503,
                f"None answered within {limit_s:g} s. Start an inference worker, or try again.",
                [FieldError(field=f"models.{contender.position}", message="was not checked")],
            )
        return placed(outcome.problem, contender.position) if isinstance(outcome, Refused) else None


def placed(told: Problem, position: int) -> Problem:
    """What a worker says against a model, as said of its place in the run."""
    field = f"models.{position}"
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
