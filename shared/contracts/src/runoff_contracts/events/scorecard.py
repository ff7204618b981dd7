"""Events of `runoff.run.<run>.scorecards`."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from runoff_contracts.event import Event
from runoff_contracts.ids import Digest, RunId
from runoff_contracts.report import Metric


class ScorecardsStored(Event):
    """A completed run's scores stand as arrays in the object store, in entry order.

    Comparisons read them instead of the run's slices. They hold nothing that the log does not.
    """

    subject_template: ClassVar[str] = "runoff.run.<run>.scorecards"
    type: Literal["scorecards.stored"] = "scorecards.stored"
    version: Literal[1] = 1
    run_id: RunId
    scorecards: Digest
    """An `.npz` object; its arrays are described in `runoff_scoring.scorecards`."""
    n_entries: int = Field(ge=1)
    measures: list[str]
    report: Digest | None = None
    """A JSON object, `runoff_contracts.report.Report`: every metric of every contender, over all
    entries and by section, split, metadata and class."""
    metrics: list[Metric] = Field(default_factory=list)
    """Those over all entries, so that lists need not open the report."""
    stored_at: AwareDatetime
