"""Events of `runoff.comparison.<digest>`."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.event import Event
from runoff_contracts.ids import Digest, RunId


class ComparisonComputed(Event):
    """Contenders were compared; every surface reads this document and computes nothing itself."""

    subject_template: ClassVar[str] = "runoff.comparison.<digest>"
    type: Literal["comparison.computed"] = "comparison.computed"
    version: Literal[1] = 1
    digest: Digest
    run_ids: list[RunId]
    document: ComparisonDocument
    computed_at: AwareDatetime
