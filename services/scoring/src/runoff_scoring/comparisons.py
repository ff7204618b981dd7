"""Comparisons of runs: read from the log, kept in the object store, named by an event."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runoff_contracts import subjects
from runoff_contracts.comparison import PlanBound
from runoff_contracts.comparison_asked import MAX_COMPARED, ComparisonAsked
from runoff_contracts.events.comparison import ComparisonComputed
from runoff_contracts.task import Status
from runoff_eventlog.log import Appended, EventLog
from runoff_objects.store import Objects
from runoff_scoring.comparing import refusals
from runoff_scoring.comparing.taken import RunTaken
from runoff_scoring.errors import NotComparable
from runoff_scoring.plans import bind, bind_whole_run, whole_run
from runoff_scoring.reading import Life, RunReader

if TYPE_CHECKING:
    from runoff_scoring.comparing.document import Compared

_PARTS = {Status.FAILED, Status.CANCELED}
"""Settled, if not whole: what is scored is compared, and the document says so."""


class Comparisons:
    """Computes what stands behind a completed run, and what people ask for."""

    def __init__(self, log: EventLog, objects: Objects) -> None:
        self._log, self._objects = log, objects
        self.runs = RunReader(log, objects)

    async def settle(self, run_id: str) -> None:
        """Store a completed run's record and report, and compare its contenders."""
        life = await self.runs.life(run_id)
        if life.status is not Status.COMPLETED:
            raise refusals.unsettled_run(run_id, life.status)
        taken = await self.runs.taken(life)
        if 2 <= len(life.created.contenders) <= MAX_COMPARED:
            asked, plan = await bind_whole_run(self._log, life)
            try:
                await self._append(asked, [taken], plan, settled=True)
            except NotComparable as refused:
                if plan is None:
                    raise
                # As by every default, which is not what was planned: nobody is left without any.
                told = f"it cannot be compared as planned: {refused.problem.title}"
                plan = plan.model_copy(update={"deviations": [*plan.deviations, told]})
                asked = whole_run(life.created).model_copy(update={"plan": plan.digest})
                await self._append(asked, [taken], plan, settled=True)

    async def compute(self, asked: ComparisonAsked) -> tuple[str, int]:
        """Digest and log sequence of a comparison; the one that is there, if it is.

        Raises:
            NotComparable: When no honest comparison can be made.
        """
        refusals.check_count(asked.contenders)
        asked = await self._pinned(asked)
        places = [place for each in asked.contenders for place in each.places]
        run_ids = list(dict.fromkeys(run_id for run_id, _ in places))
        lives = [await self.runs.life(each, asked.as_of) for each in run_ids]
        for life in lives:
            _check(life, asked)
        asked, plan = await bind(self._log, asked, lives)
        taken = [await self.runs.taken(life, asked.as_of) for life in lives]
        settled = len(lives) == 1 and asked == (await bind_whole_run(self._log, lives[0]))[0]
        digest, appended = await self._append(asked, taken, plan, settled=settled)
        return digest, appended.seq

    async def _pinned(self, asked: ComparisonAsked) -> ComparisonAsked:
        """What goes on is compared as it was at a sequence, which the document names.

        Raises:
            NotComparable: When the log is not there yet: the answer would be another one later.
        """
        if asked.as_of is None and not asked.allow_partial:
            return asked
        last_seq = await self._log.last_seq()
        if asked.as_of is not None and asked.as_of > last_seq:
            raise refusals.not_yet(asked.as_of, last_seq)
        return asked if asked.as_of else asked.model_copy(update={"as_of": last_seq})

    async def _append(
        self,
        asked: ComparisonAsked,
        runs: list[RunTaken],
        plan: PlanBound | None,
        *,
        settled: bool,
    ) -> tuple[str, Appended]:
        made = await asyncio.to_thread(_compared, asked, runs, plan)
        # Objects first: whoever reads the event finds what it names.
        async with asyncio.TaskGroup() as group:
            group.create_task(self._objects.put(made.table))
            group.create_task(self._objects.put(made.content))
        document, primary = made.document, made.document.primary
        event = ComparisonComputed(
            digest=made.digest,
            scores_digest=document.scores_digest,
            run_ids=[each.run_id for each in runs],
            task=document.task,
            dataset=document.datasets[0].dataset,
            models=[each.model for each in document.contenders],
            measure=primary.name,
            verdict=document.verdict,
            winners=primary.winner.contenders,
            certainty=primary.winner.certainty,
            settled=settled,
            computed_at=datetime.now(UTC),
        )
        appended = await self._log.append(
            subjects.comparison(made.digest),
            [event],
            append_id=made.digest,
            expected_seq=0,
            correlation_id=runs[0].run_id,
        )
        return made.digest, appended


def _check(life: Life, asked: ComparisonAsked) -> None:
    """See that a run may be compared as it stands."""
    settled = life.status is Status.COMPLETED or life.status in _PARTS
    if not settled and asked.as_of is None:
        raise refusals.unsettled_run(life.created.run_id, life.status)


def _compared(asked: ComparisonAsked, runs: list[RunTaken], plan: PlanBound | None) -> "Compared":
    # scipy is a third of the start of this process, and waits for the first comparison.
    from runoff_scoring.comparing.document import make_comparison

    return make_comparison(asked, runs, plan)
