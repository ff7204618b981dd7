"""Events of `runoff.run.<run>.lifecycle`: what becomes of a run. Only run-manager writes them."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field, JsonValue

from runoff_contracts.event import Event, Fact
from runoff_contracts.events.review import Who
from runoff_contracts.ids import Digest, ModelRef, Name, RunId
from runoff_contracts.lineage import Lineage, ServerLineage
from runoff_contracts.model_spec import ModelSpec, UploadSpec
from runoff_contracts.params import Params
from runoff_contracts.run_config import RunConfig, Selection
from runoff_contracts.sequential import StoppedRun, WatchedRun
from runoff_contracts.specs.llm import LlmSpec
from runoff_contracts.task import Priority, Task


class DatasetUsed(Fact):
    """The version that the entries come from."""

    dataset: Name
    number: int = Field(ge=1)
    digest: Digest


class Contender(Fact):
    """One model within one run, pinned to what it was at launch."""

    position: int = Field(ge=0)
    model: ModelRef
    """Without version: `onnx/digits-net`, `python/module:function`."""
    number: int | None = None
    """Version of a registered model."""
    digest: Digest
    file: Digest | None = None
    spec: ModelSpec | None = None

    @property
    def provider(self) -> str:
        """The part before the first slash."""
        return self.model.partition("/")[0]

    @property
    def target(self) -> str:
        """The part after the first slash."""
        return self.model.partition("/")[2]

    @property
    def is_live(self) -> bool:
        """Whether its predictions are pushed while the run is under way."""
        return isinstance(self.spec, UploadSpec) and self.spec.live


class ScorerUsed(Fact):
    """A scorer by name and version; a new version scores anew and never overwrites."""

    name: str
    version: int
    params: dict[str, JsonValue] = Field(default_factory=dict)
    """As `{"within_px": 5}`; what is not given has the scorer's default."""


class JudgeUsed(Fact):
    """The language model that a scorer judges by, pinned to what it was at launch."""

    scorer: str
    model: ModelRef
    """Without version."""
    number: int | None = None
    """Version of a registered model."""
    digest: Digest
    """Of the model, of how it is asked, of the scorer and its parameters: the same judge has the
    same one in every run."""
    spec: LlmSpec
    """Where and how it is asked; what a declaration says of prompts and answers is left out."""


class AnswersTaken(Fact):
    """A settled run over the same entries and models whose answers are taken over."""

    run_id: RunId
    what: Literal["answered", "all"]
    """`answered`: failed entries are asked anew. `all`: nothing is asked, only scored."""


class RunCreated(Event):
    """A run was asked for and found sound."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.created"] = "run.created"
    version: Literal[1] = 1
    run_id: RunId
    command_id: str
    """Of the CreateRun that asked for it: the same command again finds this run."""
    asked: Digest | None = None
    """Of what that command asks for, lineage aside: what asks for something else under the same id
    is refused. None in runs of before this was kept."""
    task: Task
    dataset: DatasetUsed
    selection: Selection | None = None
    entries: Digest
    """The entry set that is asked about: the version's own, or the selected part of it, shuffled
    where the run is to stop when it is decided."""
    n_entries: int = Field(ge=1)
    contenders: list[Contender] = Field(min_length=1)
    scorers: list[ScorerUsed]
    config: RunConfig
    priority: Priority
    alias: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    start_at: AwareDatetime | None = None
    """Nothing is asked before; None is at once."""
    judges: list[JudgeUsed] | None = None
    """Of the scorers that a model judges by; None where there is none."""
    answers_from: AnswersTaken | None = None
    params: Params = Field(default_factory=dict)
    params_from: RunId | None = None
    """The run that they were taken over from, before others were put on top."""
    lineage: Lineage | None = None
    """As the client saw it; None where it said nothing. That of the old run where a run repeats
    one."""
    server: ServerLineage | None = None
    plan: Digest | None = None
    """The sealed plan that it keeps to."""
    stopped: StoppedRun | None = None
    """The run that asked, where answers are taken over of one that was stopped when decided: which
    entries there are follows from their results then, and is told wherever they are compared."""
    created_at: AwareDatetime

    @property
    def live(self) -> list[Contender]:
        """The contenders whose predictions it waits for; none where it only scores anew."""
        if self.answers_from is not None and self.answers_from.what == "all":
            return []
        return [each for each in self.contenders if each.is_live]


class RunStarted(Event):
    """The first work of a run was handed out, `slice_size` entries at a time."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.started"] = "run.started"
    version: Literal[1] = 1
    run_id: RunId
    slice_size: int = Field(ge=1)
    started_at: AwareDatetime


class RunResliced(Event):
    """From here on entries travel in slices of another size, fitted to the models' measured speed.

    The plan is in the log because every slice's subject may be written once: two dispatchers
    that cut differently would ask the models twice.
    """

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.resliced"] = "run.resliced"
    version: Literal[1] = 1
    run_id: RunId
    first_slice: int = Field(ge=0)
    from_entry: int = Field(ge=0)
    slice_size: int = Field(ge=1)
    resliced_at: AwareDatetime


class RunPaused(Event):
    """A person halted the run; what is under way ends, nothing new is handed out."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.paused"] = "run.paused"
    version: Literal[1] = 1
    run_id: RunId
    paused_at: AwareDatetime


class RunResumed(Event):
    """A paused run goes on."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.resumed"] = "run.resumed"
    version: Literal[1] = 1
    run_id: RunId
    resumed_at: AwareDatetime


class RunEdited(Event):
    """A person gave the run other words; what was asked and answered never changes."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.edited"] = "run.edited"
    version: Literal[1] = 1
    run_id: RunId
    alias: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    """Both as they are from here on."""
    params: Params | None = None
    """All of them as they are from here on; None where they stayed."""
    params_from: RunId | None = None
    """The run that they were taken over from, before others were put on top; this one's own id
    where they were put back to what they were at its launch."""
    archived: bool | None = None
    """Whether lists leave the run out from here on; None where that stayed."""
    by: Who = ""
    edited_at: AwareDatetime


class RunDecided(Event):
    """It is decided which model is better: nothing further is handed out, what is out ends."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.decided"] = "run.decided"
    version: Literal[1] = 1
    run_id: RunId
    watched: WatchedRun
    """By what it was decided."""
    decided_at: AwareDatetime


class RunCompleted(Event):
    """Every entry is answered or failed, and scored; of a decided run, every one that was asked."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.completed"] = "run.completed"
    version: Literal[1] = 1
    run_id: RunId
    n_entries: int = Field(ge=1)
    """The first so many of the run's entries; what the log has of later ones does not count."""
    n_failed: int = Field(ge=0)
    """Entries that at least one contender could not answer."""
    n_planned: int | None = Field(default=None, ge=1)
    """Entries that it would have asked, had it not been decided before; None where it was not."""
    completed_at: AwareDatetime


class RunFailed(Event):
    """No contender answered a single entry, or a limit of the run was passed: `reason` says it."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.failed"] = "run.failed"
    version: Literal[1] = 1
    run_id: RunId
    reason: str
    failed_at: AwareDatetime


class RunCanceled(Event):
    """A person stopped the run; what was answered until then stays."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.canceled"] = "run.canceled"
    version: Literal[1] = 1
    run_id: RunId
    reason: str = ""
    canceled_at: AwareDatetime


class RunDeleted(Event):
    """A person took the run out of every view; the log keeps what happened."""

    subject_template: ClassVar[str] = "runoff.run.<run>.lifecycle"
    type: Literal["run.deleted"] = "run.deleted"
    version: Literal[1] = 1
    run_id: RunId
    deleted_at: AwareDatetime
