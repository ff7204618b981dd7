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

    Where no plan is named it is the one that all the runs were launched under.

    Args:
        lives: Of the runs that are compared; a plan is sealed before the first was created.

    Raises:
        NotComparable: When nothing was sealed under the plan's digest.
    """
    plan = asked.plan or _plan_of(lives)
    if plan is None:
        return asked, None
    sealed = await sealed_plan(log, plan)
    if sealed is None and asked.plan is None:
        return asked, None
    if sealed is None:
        raise refusals.unknown_plan(plan)
    asked = asked.model_copy(update={"plan": plan})
    launched = [Launched(each.created, each.created_seq) for each in lives]
    asked = bound(sealed.plan, asked, launched)
    told = deviations(sealed, asked, launched)
    return asked, PlanBound(digest=sealed.digest, sealed_seq=sealed.seq, deviations=told)


async def bind_whole_run(log: EventLog, life: Life) -> tuple[ComparisonAsked, PlanBound | None]:
    """What a completed run is compared by: every default, or the plan of its launch."""
    return await bind(log, whole_run(life.created), [life])


def _plan_of(lives: Sequence[Life]) -> Digest | None:
    """The plan that every one of these runs was launched under."""
    plans = {each.created.plan for each in lives}
    return plans.pop() if len(plans) == 1 else None


def whole_run(created: RunCreated) -> ComparisonAsked:
    """Every contender, by every default."""
    return ComparisonAsked(
        contenders=[
            ContenderMeant(run_id=created.run_id, position=each.position)
            for each in created.contenders
        ]
    )
