"""The plan that a comparison is bound to: sealed in the log before its runs were."""

from collections.abc import Sequence

from runoff_contracts import subjects
from runoff_contracts.comparison import PlanBound
from runoff_contracts.comparison_asked import ComparisonAsked, ContenderMeant
from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.events.plan import PlanSealed
from runoff_contracts.ids import Digest
from runoff_contracts.planned import Launched, Sealed, bound, deviations
from runoff_eventlog.log import EventLog
from runoff_scoring.comparing import refusals
from runoff_scoring.reading import Life


async def sealed_plan(log: EventLog, digest: Digest) -> Sealed | None:
    """What was sealed under a digest."""
    message = await log.last(subjects.plan(digest))
    if message is not None:
        for _, event in message.events():
            if isinstance(event, PlanSealed):
                return Sealed(digest, event.plan, message.seq)
    return None


async def bind(
    log: EventLog, asked: ComparisonAsked, lives: Sequence[Life]
) -> tuple[ComparisonAsked, PlanBound | None]:
    """What is asked, with what its plan says of the rest; and in words where it departs from it.

    Args:
        lives: Of the runs that are compared; a plan is sealed before the first was created.

    Raises:
        NotComparable: When nothing was sealed under the plan's digest.
    """
    if asked.plan is None:
        return asked, None
    sealed = await sealed_plan(log, asked.plan)
    if sealed is None:
        raise refusals.unknown_plan(asked.plan)
    launched = [Launched(each.created, each.created_seq) for each in lives]
    asked = bound(sealed.plan, asked, launched)
    told = deviations(sealed, asked, launched)
    return asked, PlanBound(digest=sealed.digest, sealed_seq=sealed.seq, deviations=told)


async def bind_whole_run(log: EventLog, life: Life) -> tuple[ComparisonAsked, PlanBound | None]:
    """What a completed run is compared by: every default, or the plan of its launch."""
    asked = whole_run(life.created)
    sealed = await sealed_plan(log, life.created.plan) if life.created.plan else None
    if sealed is None:
        return asked, None
    return await bind(log, asked.model_copy(update={"plan": sealed.digest}), [life])


def whole_run(created: RunCreated) -> ComparisonAsked:
    """Every contender, by every default."""
    return ComparisonAsked(
        contenders=[
            ContenderMeant(run_id=created.run_id, position=each.position)
            for each in created.contenders
        ]
    )
