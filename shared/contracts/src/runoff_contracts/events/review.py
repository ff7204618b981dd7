"""What people say of answers, on `runoff.run.<run>.entry.<n>`.

The model's answer stays as it was, and so do its scores: a review stands beside them. All reviews
are kept; of those of one answer the newest counts.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from runoff_contracts.answers import AnswerBody
from runoff_contracts.event import Event
from runoff_contracts.ids import EntryId, RunId

Decision = Literal["approved", "rejected", "cleared"]
"""`cleared`: what was said before does not count any more."""
Who = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
"""As a person calls themselves: nobody checks it. Empty where nobody said."""
Note = Annotated[str, StringConstraints(max_length=2000)]


class EntryReviewed(Event):
    """A person approved, rejected or corrected one contender's answer to an entry."""

    subject_template: ClassVar[str] = "runoff.run.<run>.entry.<n>"
    type: Literal["entry.reviewed"] = "entry.reviewed"
    version: Literal[1] = 1
    run_id: RunId
    index: int = Field(ge=0)
    """Place in the run's entry set."""
    entry_id: EntryId
    contender: int = Field(ge=0)
    answer_version: int = Field(ge=1)
    """1 is the run's own answer, the only one that counts in approval rates."""
    decision: Decision
    edited: AnswerBody | None = None
    """What the person would have answered, only beside `rejected`."""
    note: Note = ""
    by: Who = ""
    reviewed_at: AwareDatetime
    command_id: str
