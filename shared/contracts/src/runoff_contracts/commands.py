"""Orders, sent by request and reply on `runoff.command.<type>`; `Reply` is what comes back."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from runoff_contracts.answers import AnswerBody
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_contracts.events.again import Mode, Seed
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.events.review import Decision, Note, Who
from runoff_contracts.ids import Digest, EntryId, ModelRef, Name, RunId
from runoff_contracts.lineage import Lineage
from runoff_contracts.model_spec import ModelSpec
from runoff_contracts.params import MAX_PARAMS, ParamName, Params
from runoff_contracts.plan import PlanAsked
from runoff_contracts.plan_size import PlanSizeAsked
from runoff_contracts.problem import Problem
from runoff_contracts.pushed import Marked
from runoff_contracts.run_config import RunConfig, Selection
from runoff_contracts.sequential import WatchedRun
from runoff_contracts.specs.llm import LlmSpec
from runoff_contracts.task import Priority, Task

MAX_CONTENDERS = 16
MAX_REVIEWS = 1000
"""In one command: they are appended at once, and a server takes no more messages in one."""
CommandId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
"""Visible ASCII: it becomes a message header, which takes nothing else unchanged."""
Label = Annotated[str, StringConstraints(max_length=200)]


class Command(BaseModel):
    """An order to one service. `command_id` makes it safe to send again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    command_id: CommandId
    sent_at: AwareDatetime


class ScorerAsked(BaseModel):
    """A scorer by name, with a version where not the newest is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    version: int | None = Field(default=None, ge=1)
    params: dict[str, JsonValue] = Field(default_factory=dict, max_length=50)


class RegisterDataset(Command):
    """Add a version to a dataset, which is made where it is new."""

    type: ClassVar[str] = "dataset.register"
    dataset: Name
    task: Task
    entries: Digest
    n_entries: int = Field(ge=1)
    splits: dict[str, int]
    sections: dict[str, int]
    fields: list[str] | None = None


class RegisterModel(Command):
    """Add a version to a model, which is made where it is new."""

    type: ClassVar[str] = "model.register"
    model: ModelRef
    file: Digest | None = None
    n_bytes: int | None = Field(default=None, ge=1)
    spec: ModelSpec


class CheckModel(Command):
    """Ask a worker whether a model can be asked, and fits its declaration and the entries."""

    type: ClassVar[str] = "model.check"
    model: ModelRef
    file: Digest | None = None
    spec: ModelSpec | None = None
    task: Task | None = None
    """Of the run that wants it."""
    fields: list[str] | None = None
    """What every entry of the run has, as `DatasetVersionAdded.fields`; None is unknown."""
    entries: Digest | None = None
    """Of the run's dataset version, for models that are matched with entries by their ids."""


class CheckScorers(Command):
    """Ask scoring whether a run's scorers can be used as they are wanted."""

    type: ClassVar[str] = "scorers.check"
    scorers: list[ScorerUsed] = Field(min_length=1, max_length=51)
    """With all of their parameters. What is wrong with one is told on its place, `scorers.N`."""


class PricePrompts(Command):
    """Ask a worker what a language model would take for an entry of a run; nobody is asked."""

    type: ClassVar[str] = "model.price_prompts"
    model: ModelRef
    spec: LlmSpec
    entries: Digest
    """Of the dataset's version."""
    selection: Selection | None = None


class FailRun(Command):
    """End a run that cannot be scored, and say why. Of a service, not of a person."""

    type: ClassVar[str] = "run.fail"
    run_id: RunId
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class DecideRun(Command):
    """Ask nothing further in a run, since it is decided. Of a service, not of a person."""

    type: ClassVar[str] = "run.decide"
    run_id: RunId
    watched: WatchedRun


class SealPlan(Command):
    """Put a plan into the log, so that nobody can change it; the same one again is found there."""

    type: ClassVar[str] = "plan.seal"
    plan: PlanAsked


class SizePlan(Command):
    """Say how many entries show a difference, or which difference so many entries show."""

    type: ClassVar[str] = "plan.size"
    asked: PlanSizeAsked


class CreateRun(Command):
    """Launch a run."""

    type: ClassVar[str] = "run.create"
    run_id: RunId
    dataset: str
    """A dataset's name for its newest version, `name@number`, or `name@` and a digest."""
    selection: Selection | None = None
    models: list[ModelRef] = Field(min_length=1, max_length=MAX_CONTENDERS)
    config: RunConfig = RunConfig()
    priority: Priority = "normal"
    alias: Label | None = None
    labels: dict[Label, Label] = Field(default_factory=dict, max_length=50)
    start_at: AwareDatetime | None = None
    scorers: list[ScorerAsked] | None = Field(default=None, min_length=1, max_length=50)
    """Those of the task where it is left out."""
    params: Params = Field(default_factory=dict)
    template: RunId | None = None
    """Takes over the parameters of this run as they are now; `params` are put on top of them."""
    lineage: Lineage | None = None
    plan: Digest | None = None
    """A sealed plan: a run that contradicts it is refused."""


class CheckLaunch(Command):
    """Say what a launch would be refused for, all of it at once; nothing is launched."""

    type: ClassVar[str] = "run.check_launch"
    launch: CreateRun


class RepeatRun(Command):
    """Launch a run that takes over the answers of a settled one."""

    type: ClassVar[str] = "run.repeat"
    run_id: RunId
    """Of the new run."""
    of: RunId
    what: Literal["failed", "scores"]
    """`failed`: ask failed entries anew. `scores`: score every answer anew, ask no model."""
    scorers: list[ScorerAsked] | None = Field(default=None, min_length=1, max_length=50)
    """The newest versions of the old run's where it is left out."""
    config: RunConfig | None = None
    """The old run's where it is left out."""


class PauseRun(Command):
    """Halt a run; what is under way ends."""

    type: ClassVar[str] = "run.pause"
    run_id: RunId


class ResumeRun(Command):
    """Let a paused run go on."""

    type: ClassVar[str] = "run.resume"
    run_id: RunId


class EditRun(Command):
    """Give a run other words, or other parameters.

    Parameters begin with `params`, the template's, or those of the launch (one of these at most),
    else with those that the run has. Then `set_params` and `unset_params` are put on top.
    """

    type: ClassVar[str] = "run.edit"
    run_id: RunId
    alias: Label | None = None
    """An empty one takes it away; none leaves it."""
    labels: dict[Label, Label] | None = Field(default=None, max_length=50)
    """In place of all labels; none leaves them."""
    params: Params | None = None
    """In place of all parameters."""
    template: RunId | None = None
    """In place of all: those of this run as they are now."""
    reset_params: bool = False
    """In place of all: what they were at launch."""
    set_params: Params = Field(default_factory=dict)
    unset_params: list[ParamName] = Field(default_factory=list, max_length=MAX_PARAMS)
    params_version: int | None = Field(default=None, ge=1)
    """Refuse where they were changed since this version, which somebody else then did."""
    archived: bool | None = None
    """Whether lists leave it out; none leaves it as it is."""
    by: Who = ""


class EntryMeant(BaseModel):
    """An entry of a run by both of its names, so that a mix-up is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: int = Field(ge=0)
    entry_id: EntryId


class AskAgain(Command):
    """Ask for a further version of entries' answers."""

    type: ClassVar[str] = "run.ask_again"
    run_id: RunId
    entries: list[EntryMeant] = Field(min_length=1, max_length=1000)
    contenders: list[Annotated[int, Field(ge=0)]] | None = Field(default=None, min_length=1)
    """Positions; all where it is left out."""
    mode: Mode = "rerun"
    seed: Seed | None = None
    """For a variation."""


class Review(BaseModel):
    """What a person says of one contender's answer to one entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry: EntryMeant
    contender: int = Field(ge=0)
    answer_version: int = Field(default=1, ge=1)
    decision: Decision
    edited: AnswerBody | None = None
    """What it should have been; only beside `rejected`."""
    note: Note = ""


class ReviewEntries(Command):
    """Take a person's reviews of answers: all of them, or none."""

    type: ClassVar[str] = "run.review"
    run_id: RunId
    reviews: list[Review] = Field(min_length=1, max_length=MAX_REVIEWS)
    """Of one answer each."""
    by: Who = ""


class UploadPredictions(Command):
    """Take predictions of a live contender; each entry has one answer."""

    type: ClassVar[str] = "run.upload_predictions"
    run_id: RunId
    model: ModelRef | None = None
    """Of the contender; may be left out where only one is live."""
    file: Digest
    """As `PredictionsUploaded.file`."""
    rows: Marked
    """Every row of the file."""


class CompleteUploads(Command):
    """Wait for no more predictions: entries without one fail."""

    type: ClassVar[str] = "run.complete_uploads"
    run_id: RunId
    model: ModelRef | None = None
    """Of the contender; every live one where it is left out."""


class CancelRun(Command):
    """Stop a run that has not settled."""

    type: ClassVar[str] = "run.cancel"
    run_id: RunId
    reason: Annotated[str, StringConstraints(max_length=500)] = ""


class DeleteRun(Command):
    """Take a settled run out of every view."""

    type: ClassVar[str] = "run.delete"
    run_id: RunId


class ComputeComparison(Command):
    """Compare contenders of one run or of several; the same question has the same answer."""

    type: ClassVar[str] = "comparison.compute"
    asked: ComparisonAsked


class RebuildReadModels(Command):
    """Project the whole log into fresh tables beside the live ones, then swap them."""

    type: ClassVar[str] = "projector.rebuild"


class Accepted(BaseModel):
    """The order was carried out, or had been before."""

    model_config = ConfigDict(frozen=True)

    status: Literal["accepted"] = "accepted"
    seq: int
    """Log sequence of its last event: read with `?after=` to see its effect."""
    data: dict[str, JsonValue] = Field(default_factory=dict)


class Refused(BaseModel):
    """The order changed nothing, and why."""

    model_config = ConfigDict(frozen=True)

    status: Literal["refused"] = "refused"
    problem: Problem


class Reply(BaseModel):
    """What every command is answered with."""

    model_config = ConfigDict(frozen=True)

    outcome: Accepted | Refused = Field(discriminator="status")
