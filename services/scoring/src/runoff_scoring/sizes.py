"""Answers how large a plan has to be; a run that was done says how much entries vary."""

import asyncio
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.commands import Accepted, SizePlan
from runoff_contracts.plan_size import PlanSize, PlanSizeAsked
from runoff_contracts.problem import Problem, problem
from runoff_contracts.scorers import bounds_of, is_pass_fail
from runoff_contracts.task import Status
from runoff_eventlog.errors import LogUnavailable
from runoff_scoring.comparing import refusals
from runoff_scoring.errors import NotComparable
from runoff_scoring.reading import RunReader

if TYPE_CHECKING:
    from runoff_scoring.sizing import Variation


class Sizes:
    """Carries out the command."""

    def __init__(self, runs: RunReader) -> None:
        self._runs = runs

    async def size(self, command: SizePlan) -> Accepted | Problem:
        """How many entries, or which difference."""
        try:
            varied = await self._varied(command.asked)
            found = await asyncio.to_thread(_sized, command.asked, varied)
        except NotComparable as refused:
            return refused.problem
        except LogUnavailable as error:
            return problem("log-unavailable", "The event log does not answer", 503, str(error))
        return Accepted(seq=0, data=found.model_dump(mode="json"))

    async def _varied(self, asked: PlanSizeAsked) -> "Variation | None":
        """What a run says of it; none where it was given."""
        if asked.from_run is None:
            return None
        life = await self._runs.life(asked.from_run)
        if life.status is not Status.COMPLETED:
            raise refusals.unsettled_run(asked.from_run, life.status)
        scorers = {each.name: each.params for each in life.created.scorers}
        metric = asked.metric or next(iter(scorers))
        if metric not in scorers:
            raise refusals.unknown_metric(metric, list(scorers))
        record = await self._runs.record(life.created)
        return await asyncio.to_thread(
            _varying,
            record.cards.scores[metric],
            metric=metric,
            is_pass_fail=is_pass_fail(metric, scorers[metric]),
            run_id=asked.from_run,
            bounds=bounds_of(metric, scorers[metric]),
        )


def _varying(
    scores: NDArray[np.float64],
    *,
    metric: str,
    is_pass_fail: bool,
    run_id: str,
    bounds: tuple[float, float] | None,
) -> "Variation":
    # scipy is a third of the start of this process, and waits for the first question.
    from runoff_scoring.sizing import variation_of

    return variation_of(
        scores, metric=metric, is_pass_fail=is_pass_fail, run_id=run_id, bounds=bounds
    )


def _sized(asked: PlanSizeAsked, varied: "Variation | None") -> PlanSize:
    # As above.
    from runoff_scoring.sizing import plan_size, variation_given

    known = varied or variation_given(asked)
    assert known is not None, "the question says one of them"
    return plan_size(asked, known)
