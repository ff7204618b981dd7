"""Events of `runoff.run.<run>.slice.<k>.processed` and `.scored`: one fact an entry.

A message holds a slice of them as a CloudEvents batch (`envelope.batch`).
"""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field, JsonValue

from runoff_contracts.event import Event, Fact
from runoff_contracts.ids import EntryId, RunId

ErrorClass = Literal[
    "timeout",
    "exception",
    "malformed_answer",
    "bad_entry",
    "unavailable",
]
"""Why an attempt failed.

`timeout`: over the limit. `exception`: the model raised. `malformed_answer`: it answered
something that is no prediction. `bad_entry`: the entry itself cannot be read, so no model was
asked. `unavailable`: the model could not be loaded or reached.
"""


class AttemptError(Fact):
    """Why an attempt gave no prediction."""

    error_class: ErrorClass
    message: str = Field(max_length=2000)


class Attempt(Fact):
    """One call of a model for an entry; failed ones are kept."""

    started_at: AwareDatetime
    duration_s: float = Field(ge=0)
    """From the call to its answer. A batch is one call: its entries share this duration."""
    n_batch: int = Field(default=1, ge=1)
    """Entries that were in the same call."""
    error: AttemptError | None = None
    retry_delay_s: float | None = None
    """Wait before the next attempt; none where there was no next."""


class Prediction(Fact):
    """What one contender's settled attempts gave for an entry."""

    contender: int = Field(ge=0)
    label: str | None = None
    """None where every attempt failed."""
    confidence: float | None = Field(default=None, ge=0, le=1)
    """Probability of `label`, where the model says it."""
    probabilities: dict[str, float] | None = None
    """The ten likeliest labels, likeliest first."""
    latency_s: float | None = Field(default=None, ge=0)
    """Duration of the attempt that answered, divided by the entries in its call."""
    attempts: list[Attempt] = Field(min_length=1)


class EntryProcessed(Event):
    """Every contender of a run answered one entry, or failed on it for good."""

    subject_template: ClassVar[str] = "runoff.run.<run>.slice.<k>.processed"
    type: Literal["entry.processed"] = "entry.processed"
    version: Literal[1] = 1
    run_id: RunId
    index: int = Field(ge=0)
    """Place in the run's entry set."""
    entry_id: EntryId
    target: str | None = None
    section: str | None = None
    split: str | None = None
    metadata: dict[str, JsonValue] | None = None
    predictions: list[Prediction] = Field(min_length=1)
    """One a contender, in order of position."""
    worker: str


class Score(Fact):
    """One scorer's value for one contender's prediction."""

    contender: int = Field(ge=0)
    scorer: str
    value: float | None = None
    """None where there was nothing to score; `reason` says why."""
    reason: str | None = None


class Difference(Fact):
    """How far the contenders disagree on an entry."""

    kind: Literal["all_match", "partial", "all_different"]
    n_agree: int = Field(ge=1)
    """Contenders behind the most frequent answer."""
    n_answers: int = Field(ge=2)
    value: float = Field(ge=0, le=1)
    """0 where all match, 1 where no two match: (n_answers - n_agree) / (n_answers - 1)."""


class EntryScored(Event):
    """Each contender's prediction of an entry was scored and held against the others'."""

    subject_template: ClassVar[str] = "runoff.run.<run>.slice.<k>.scored"
    type: Literal["entry.scored"] = "entry.scored"
    version: Literal[1] = 1
    run_id: RunId
    index: int = Field(ge=0)
    entry_id: EntryId
    target: str | None = None
    scores: list[Score]
    answers: list[str | None]
    """Label by contender position: scorecards and digests need no second read of the log."""
    difference: Difference | None = None
    """None where fewer than two contenders answered."""
    confidence_difference: float | None = Field(default=None, ge=0, le=1)
    """Largest minus smallest confidence; none where fewer than two contenders say theirs."""
