"""Events of `runoff.run.<run>.slice.<k>.processed` and `.scored`: one fact an entry.

A message holds a slice of them as a CloudEvents batch (`envelope.batch`).
"""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field, JsonValue

from runoff_contracts.answers import AnswerBody, Target
from runoff_contracts.event import Event, Fact
from runoff_contracts.ids import Digest, EntryId, ModelRef, RunId
from runoff_contracts.lineage import WorkerLineage

ErrorClass = Literal[
    "timeout",
    "exception",
    "malformed_answer",
    "bad_entry",
    "unavailable",
    "rate_limit",
    "server",
    "connection",
    "rejected",
]
"""Why an attempt failed.

`timeout`: over the limit. `exception`: the model raised. `malformed_answer`: it answered
something that is no prediction. `bad_entry`: the entry itself cannot be read, so no model was
asked. `unavailable`: the model could not be loaded or reached.

Of models behind a network besides: `rate_limit`: asked too often or too much (429). `server`: it
failed (5xx). `connection`: none, or one that broke. `rejected`: it refused the request as such
(other 4xx, or for its content), so asking again is of no use.
"""


class Usage(Fact):
    """Tokens that a call was charged for."""

    n_input: int = Field(ge=0)
    n_output: int = Field(ge=0)


class AttemptError(Fact):
    """Why an attempt gave no prediction."""

    error_class: ErrorClass
    message: str = Field(max_length=2000)
    status_code: int | None = None
    """Of the HTTP answer, where there was one."""


class Attempt(Fact):
    """One call of a model for an entry; failed ones are kept."""

    is_shared: ClassVar[bool] = True
    started_at: AwareDatetime
    duration_s: float = Field(ge=0)
    """From the call to its answer. A batch is one call: its entries share this duration."""
    n_batch: int = Field(default=1, ge=1)
    """Entries that were in the same call."""
    error: AttemptError | None = None
    retry_delay_s: float | None = None
    """Wait before the next attempt; none where there was no next."""
    queue_s: float | None = None
    """Wait for a free slot and for the rates, before the call."""
    n_slots: int | None = None
    """Calls that were allowed at once when this one began, where that number adapts."""
    usage: Usage | None = None
    cost_usd: float | None = None
    """None where the price is not known."""
    worker: str | None = None
    """None where it is the worker of the fact."""


class Prediction(AnswerBody):
    """What one contender's settled attempts gave for an entry; no answer where all failed."""

    contender: int = Field(ge=0)
    confidence: float | None = Field(default=None, ge=0, le=1)
    """How sure the model is of its answer, where it says so."""
    probabilities: dict[str, float] | None = None
    """The ten likeliest labels, likeliest first."""
    latency_s: float | None = Field(default=None, ge=0)
    """Duration of the attempt that answered, divided by the entries in its call."""
    logprob: float | None = Field(default=None, le=0)
    """Mean natural log probability of the answer's tokens, where the API gives it."""
    usage: Usage | None = None
    """Of all attempts together."""
    cost_usd: float | None = None
    """Of all attempts together; none where a price is not known, never 0 in its place."""
    total_s: float | None = Field(default=None, ge=0)
    """From the moment the entry was ready to be asked to its answer, waits and retries included."""
    cached: bool = False
    """The answer was kept from an equal request; no latency is said of it."""
    taken_from: RunId | None = None
    """The run that asked; a later one took over its answer with all attempts."""
    attempts: list[Attempt] = Field(min_length=1)


class Verdict(Fact):
    """What became of one question to a judging model."""

    repeat: int = Field(ge=0)
    """Each question may be asked several times; the first is 0."""
    reason: str | None = Field(default=None, max_length=2000)
    """The judge's own words."""
    usage: Usage | None = None
    """Of all attempts together, as the cost."""
    cost_usd: float | None = None
    cached: bool = False
    """The verdict was kept from an equal request."""
    taken_from: RunId | None = None
    """The run that asked; a later one with the very same judge took it over."""
    attempts: list[Attempt] = Field(default_factory=list)
    """Empty where the two answers were equal to the letter, so that nobody was asked."""


class PointsVerdict(Verdict):
    """Of one answer by itself."""

    contenders: list[int] = Field(min_length=1)
    """Those who gave this very answer: it is judged once."""
    points: int | None = Field(default=None, ge=0)
    """None where every attempt failed."""


class PairVerdict(Verdict):
    """Of two answers, in the order in which the judge saw them."""

    first: int = Field(ge=0)
    second: int = Field(ge=0)
    better: Literal["first", "second", "tie"] | None = None
    """None where every attempt failed."""
    same_meaning: bool | None = None


class Judgement(Fact):
    """What the judge of one scorer said of an entry."""

    scorer: str
    model: ModelRef
    digest: Digest
    """Of the judge, as `JudgeUsed.digest`."""
    points: list[PointsVerdict] = Field(default_factory=list)
    pairs: list[PairVerdict] = Field(default_factory=list)

    @property
    def verdicts(self) -> list[Verdict]:
        """Of either kind."""
        return [*self.points, *self.pairs]


class EntryProcessed(Event):
    """Every contender of a run answered one entry, or failed on it for good."""

    subject_template: ClassVar[str] = "runoff.run.<run>.slice.<k>.processed"
    type: Literal["entry.processed"] = "entry.processed"
    version: Literal[1] = 1
    run_id: RunId
    index: int = Field(ge=0)
    """Place in the run's entry set."""
    entry_id: EntryId
    target: Target = None
    section: str | None = None
    split: str | None = None
    metadata: dict[str, JsonValue] | None = None
    predictions: list[Prediction] = Field(min_length=1)
    """One a contender, in order of position."""
    judgements: list[Judgement] | None = None
    """One for each scorer of the run that a model judges by; None where there is none."""
    worker: str
    environment: WorkerLineage | None = None
    """What the worker runs on: with the first slice that it answers of a run, on the first entry
    of it; None on all others."""


class Score(Fact):
    """One scorer's value for one contender's prediction."""

    is_shared: ClassVar[bool] = True
    contender: int = Field(ge=0)
    scorer: str
    value: float | None = None
    """None where there was nothing to score; `reason` says why."""
    reason: str | None = None


class Difference(Fact):
    """How far the contenders disagree on an entry.

    Two answers match when their labels are equal (classification), the classes that they found
    are the same (detection), their points are close (coordinates), or their normalised texts are
    equal (text).
    """

    is_shared: ClassVar[bool] = True
    kind: Literal["all_match", "partial", "all_different"]
    n_agree: int = Field(ge=1)
    """Contenders behind the most frequent answer."""
    n_answers: int = Field(ge=2)
    value: float = Field(ge=0, le=1)
    """0 where all match, 1 where no two match: (n_answers - n_agree) / (n_answers - 1)."""
    distance_px: float | None = None
    """Coordinates: the largest distance between two of the points."""
    iou: float | None = None
    """Detection: the smallest mean IoU of matched boxes between two contenders."""
    groups: list[int] | None = None
    """Where some of three or more answers agree: the group of each, in the order of contenders
    that answered. None for labels, which say themselves which are equal."""


class EntryScored(Event):
    """Each contender's prediction of an entry was scored and held against the others'."""

    subject_template: ClassVar[str] = "runoff.run.<run>.slice.<k>.scored"
    type: Literal["entry.scored"] = "entry.scored"
    version: Literal[1] = 1
    run_id: RunId
    index: int = Field(ge=0)
    entry_id: EntryId
    target: Target = None
    scores: list[Score]
    answers: list[str | None]
    """`words` of each contender's answer: digests need no second read of the log."""
    difference: Difference | None = None
    """None where fewer than two contenders answered."""
    confidence_difference: float | None = Field(default=None, ge=0, le=1)
    """Largest minus smallest confidence; none where fewer than two contenders say theirs."""
