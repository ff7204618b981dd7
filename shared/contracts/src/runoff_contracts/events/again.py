"""Events of `runoff.run.<run>.entry.<n>`: further versions of one entry's answers.

v1 is the run's own answer and the only one that counts in its scores. A person who wants to see
how steady an answer is asks again: v2, v3 … stand beside it, each with the version it came from.
"""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from runoff_contracts.event import Event, Fact
from runoff_contracts.events.entry import Prediction
from runoff_contracts.ids import EntryId, RunId

Mode = Literal["rerun", "lexical", "semantic"]
"""`rerun`: the same request once more. `lexical`: another candidate meaning in the vocabulary of
the seed text. `semantic`: the meaning of the seed text in other words."""


class Seed(Fact):
    """The answer that a variation is anchored on."""

    text: str = Field(min_length=1, max_length=100_000)
    contender: int | None = None
    """Who gave it; none where a person wrote it."""
    answer_version: int | None = None


class EntryAskedAgain(Event):
    """A person asked for a further version of an entry's answers."""

    subject_template: ClassVar[str] = "runoff.run.<run>.entry.<n>"
    type: Literal["entry.asked_again"] = "entry.asked_again"
    version: Literal[1] = 1
    run_id: RunId
    index: int = Field(ge=0)
    """Place in the run's entry set."""
    entry_id: EntryId
    answer_version: int = Field(ge=2)
    parent: int = Field(ge=1)
    """The version that it stands under: 1, or that of the seed."""
    mode: Mode
    seed: Seed | None = None
    contenders: list[int] = Field(min_length=1)
    """Positions of those that are asked."""
    command_id: str
    asked_at: AwareDatetime


class EntryAnsweredAgain(Event):
    """The contenders that were asked again answered, or failed."""

    subject_template: ClassVar[str] = "runoff.run.<run>.entry.<n>"
    type: Literal["entry.answered_again"] = "entry.answered_again"
    version: Literal[1] = 1
    run_id: RunId
    index: int = Field(ge=0)
    entry_id: EntryId
    answer_version: int = Field(ge=2)
    predictions: list[Prediction] = Field(min_length=1)
    """One for each contender that was asked, in order of position."""
    worker: str
    answered_at: AwareDatetime
