"""Events of `runoff.plan.<digest>`. Only run-manager writes them."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from runoff_contracts.event import Event
from runoff_contracts.ids import Digest
from runoff_contracts.plan import Plan


class PlanSealed(Event):
    """A plan was put into the log; nobody can change it from here on."""

    subject_template: ClassVar[str] = "runoff.plan.<digest>"
    type: Literal["plan.sealed"] = "plan.sealed"
    version: Literal[1] = 1
    digest: Digest
    """Of the plan's canonical bytes: the same plan has the same one, whenever it is sealed."""
    plan: Plan
    sealed_at: AwareDatetime
