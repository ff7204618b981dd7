"""Plans: sealed once, found ever after."""

from collections.abc import Sequence
from datetime import UTC, datetime

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, SealPlan
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.event import Event
from runoff_contracts.events.dataset import DatasetVersionAdded
from runoff_contracts.events.plan import PlanSealed
from runoff_contracts.ids import Digest
from runoff_contracts.plan import DatasetPlanned, Plan
from runoff_run_manager.book import Book
from runoff_run_manager.contenders import version_meant
from runoff_run_manager.errors import refusal
from runoff_run_manager.evolve import Dataset


class Plans:
    """Carries out the command that seals one, and looks them up for launches."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def seal(self, command: SealPlan) -> Accepted:
        """Pin the dataset to what it is now, then append the plan under its digest."""
        name = command.plan.dataset.partition("@")[0]
        dataset = Dataset.of((await self._book.read(subjects.dataset(name))).events)
        plan = pinned(command, version_meant(command.plan.dataset, dataset))
        digest = digest_of(canonical(plan))
        page = await self._book.read(subjects.plan(digest))
        made = seal(digest, plan, page.events, now=datetime.now(UTC))
        seq = await self._book.append(page, made, command)
        return Accepted(seq=seq, data={"digest": digest, "created": bool(made)})

    async def plan(self, digest: Digest) -> Plan:
        """The plan of a digest.

        Raises:
            Refusal: 422 on `plan` where none was sealed.
        """
        found = sealed((await self._book.read(subjects.plan(digest))).events)
        if found is None:
            raise refusal(
                "unknown-plan",
                f"There is no plan {digest}",
                422,
                field="plan",
                hint="the digest of a sealed plan; `runoff plan list` shows them",
            )
        return found.plan


def pinned(command: SealPlan, version: DatasetVersionAdded) -> Plan:
    """The plan over the version that it means."""
    dataset = DatasetPlanned(dataset=version.dataset, number=version.number, digest=version.digest)
    terms = {name: getattr(command.plan, name) for name in type(command.plan).model_fields}
    return Plan.model_validate(terms | {"dataset": dataset})


def sealed(events: Sequence[Event]) -> PlanSealed | None:
    """What a plan's subject holds."""
    return next((each for each in events if isinstance(each, PlanSealed)), None)


def seal(digest: Digest, plan: Plan, before: Sequence[Event], *, now: datetime) -> list[Event]:
    """Seal a plan; the same one again says nothing new.

    Raises:
        Refusal: 409 where this digest has another content, which only a damaged log could have.
    """
    found = sealed(before)
    if found is None:
        return [PlanSealed(digest=digest, plan=plan, sealed_at=now)]
    if found.plan != plan:
        raise refusal("plan-differs", f"Plan {digest} has another content", 409)
    return []
