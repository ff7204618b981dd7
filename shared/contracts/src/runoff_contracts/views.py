"""What the HTTP API answers: the API serves these, the SDK and the pages read them."""

from typing import Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from runoff_contracts.answers import AnswerBody, Target
from runoff_contracts.compared import Certainty
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.events.again import Mode, Seed
from runoff_contracts.events.entry import Difference, Judgement, Prediction, Score
from runoff_contracts.events.lifecycle import AnswersTaken, ScorerUsed
from runoff_contracts.events.review import Decision
from runoff_contracts.kind import Kind
from runoff_contracts.params import Params
from runoff_contracts.plan import Plan
from runoff_contracts.problem import Problem
from runoff_contracts.report import Report
from runoff_contracts.run_config import RunConfig, Selection
from runoff_contracts.sequential import WatchedRun
from runoff_contracts.task import Priority, Status, Task

Item = TypeVar("Item")


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Page(View, Generic[Item]):
    """A part of a list; ask again with `cursor=next_cursor` for the following part."""

    items: list[Item]
    next_cursor: str | None = None


class ContenderView(View):
    """One model within a run, with what is known of it so far."""

    position: int
    model: str
    number: int | None
    digest: str
    primary: str
    """The run's first scorer: it says of every answer whether it passes."""
    n_scored: int
    n_correct: int
    """Entries that pass by the primary scorer."""
    n_failed: int
    accuracy: float | None
    """Mean of the primary scorer: the share of scored entries that pass."""
    latency_mean_s: float | None
    """Mean model time an entry, over answered entries whose time is known."""
    n_timed: int = 0
    """Entries behind `latency_mean_s`."""
    cost_usd: float | None = None
    """Of all its predictions whose price is known, whichever run paid; None where none is."""
    n_priced: int = 0
    """Predictions behind `cost_usd`."""
    n_input_tokens: int | None = None
    """None where no prediction says."""
    n_output_tokens: int | None = None
    metrics: dict[str, float] = {}
    """Over all entries, by name: what has a value so far."""
    n_uploaded: int | None = None
    """Entries whose predictions were pushed in this run; None where the contender is not live."""
    uploads_complete: bool | None = None
    """Whether nothing more comes; None where the contender is not live."""
    n_approved: int = 0
    """Of its own answers (version 1), by the newest review of each."""
    n_rejected: int = 0
    approval_rate: float | None = None
    """Approved among those reviewed; None where nobody reviewed any."""


class JudgeView(View):
    """The model that a scorer judges by, with what it did so far: apart from the contenders."""

    scorer: str
    model: str
    number: int | None
    digest: str
    n_verdicts: int
    """Questions that are settled."""
    n_failed: int
    """Those of them without a verdict."""
    cost_usd: float | None = None
    """Of all verdicts whose price is known, whichever run paid; None where none is."""
    n_priced: int = 0
    """Verdicts behind `cost_usd`."""
    n_input_tokens: int | None = None
    """None where no verdict says."""
    n_output_tokens: int | None = None


class RunView(View):
    """A run as the read models have it at log sequence `seq`."""

    run_id: str
    kind: Kind = "analyze"
    status: Status
    task: Task
    dataset: str
    dataset_version: int
    dataset_digest: str
    selection: Selection | None
    entries_digest: str
    n_entries: int
    n_processed: int
    n_scored: int
    n_failed: int
    contenders: list[ContenderView]
    judges: list[JudgeView] = []
    config: RunConfig
    priority: Priority
    alias: str | None
    labels: dict[str, str]
    archived: bool = False
    """Whether lists leave it out where they are not asked for it."""
    reason: str | None
    scorers: list[ScorerUsed] = []
    start_at: AwareDatetime | None = None
    """Nothing is asked before; None is at once."""
    answers_from: AnswersTaken | None = None
    """The run whose answers this one took over."""
    params: Params = {}
    params_version: int = 1
    """1 at launch, and one more with every change: what an edit names to overwrite nobody's."""
    lineage: "LineageSummary | None" = None
    """None where the launch said nothing; the whole of it is at `/api/runs/{id}/lineage`."""
    report_digest: str | None = None
    """Of the report of all metrics, once the run is completed."""
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    settled_at: AwareDatetime | None
    comparison_digest: str | None
    plan: str | None = None
    """Digest of the sealed plan that it keeps to."""
    n_planned: int | None = None
    """Entries that it would have asked, had it not been decided before: `n_entries` were."""
    decided: WatchedRun | None = None
    """By what it was decided, so that no further entries are asked."""
    watched: WatchedRun | None = None
    """What may be said so far, while it goes on; None before anybody could tell."""
    seq: int
    """Log sequence of the newest event of this run that is in the answer."""


class LineageSummary(View):
    """A run's lineage in short."""

    digest: str
    """Of the whole lineage: equal ones have the same."""
    commit: str | None = None
    branch: str | None = None
    dirty: bool | None = None
    python: str | None = None
    n_packages: int = 0
    command: str | None = None


class ReviewView(View):
    """What a person said of an answer."""

    contender: int
    answer_version: int
    decision: Decision
    edited: AnswerBody | None = None
    note: str = ""
    by: str = ""
    reviewed_at: AwareDatetime
    counts: bool
    """Whether it is the newest of this answer; older ones are kept and count no more."""


class RunEventView(View):
    """One event of a run's own course, as the log holds it."""

    seq: int
    """Its place in the log."""
    id: str
    type: str
    time: AwareDatetime
    data: dict[str, JsonValue]
    """What it says; a launch without its lineage, which has a route of its own."""


class GroupMetric(View):
    """A metric over the runs of a group; each run counts once."""

    n_runs: int
    """Those that have a value."""
    mean: float
    interval: tuple[float, float] | None
    """95 % interval of the mean by Student's t over runs."""
    reason: str | None
    """Why there is no interval."""
    lowest: float
    highest: float


class GroupView(View):
    """Runs that have something in common."""

    key: str | None
    """The alias, label, parameter or whatever was asked for; None of the runs that have none."""
    n_runs: int
    newest_at: AwareDatetime
    """When the newest of them was launched."""
    metrics: dict[str, GroupMetric]
    """Those that were asked for and that any of the runs has."""


class AnswerVersionView(View):
    """A further version of an entry's answers, v2 and up; none of them counts in scores."""

    answer_version: int
    parent: int
    mode: Mode
    seed: Seed | None
    contenders: list[int]
    asked_at: AwareDatetime
    answered_at: AwareDatetime | None
    """None while it is under way."""
    predictions: list[Prediction]
    worker: str | None


class EntryView(View):
    """An entry of a run: every contender's prediction with all attempts, scores, difference."""

    index: int
    entry_id: str
    status: Literal["answered", "failed"]
    """`failed` where at least one contender gave no answer."""
    target: Target
    section: str | None
    split: str | None
    metadata: dict[str, JsonValue] | None
    predictions: list[Prediction]
    judgements: list[Judgement] = []
    """What judging models said of the answers, with all attempts."""
    scores: list[Score]
    """Empty until the entry is scored."""
    difference: Difference | None
    confidence_difference: float | None
    text: str | None = None
    file: str | None = None
    """What was asked about, only where one entry is asked for; a file's bytes are at
    `/api/objects/<digest>`."""
    versions: list[AnswerVersionView] = []
    """Further versions, oldest first; only where one entry is asked for."""
    reviews: list[ReviewView] = []
    """Oldest first; in a list of entries only those that count."""


class EntryPage(Page[EntryView]):
    """Entries of a run."""

    n_matching: int | None = None
    """How many fit in all, where a part was asked for by its place."""


class ReportView(View):
    """A completed run's metrics, and the names of the contenders that they number."""

    run_id: str
    digest: str
    models: list[str]
    """By position, as `contender` counts them."""
    report: Report


class ScorerView(View):
    """A scorer that a run can ask for."""

    name: str
    version: int
    tasks: list[Task]
    default_of: list[Task]
    """Tasks whose runs have it without asking."""
    higher_is_better: bool
    is_pass_fail: bool
    params: dict[str, JsonValue]
    """JSON schema of its parameters."""


class ComparisonView(View):
    """The document with its own digest; one of version 1 is served as it was and not read here."""

    digest: str
    document: ComparisonDocument


class ComparisonSummary(View):
    """What a list says of a comparison; the document says the rest."""

    digest: str
    run_ids: list[str]
    dataset: str
    models: list[str]
    task: str
    measure: str
    """The primary metric."""
    winners: list[int]
    """By it: places in `models`; none in comparisons of the first version."""
    certainty: Certainty
    verdict: str
    computed_at: AwareDatetime


class PlanView(View):
    """A sealed plan, and the runs that were launched under it."""

    digest: str
    plan: Plan
    sealed_at: AwareDatetime
    seq: int
    """Log sequence of its sealing: what came later has a higher one."""
    run_ids: list[str] = []
    """Newest first, at most a hundred."""


class SealedView(View):
    """A plan is sealed."""

    id: str
    """Its digest."""
    seq: int
    created: bool
    """False where the very same plan was sealed before: `seq` is that of then."""


class AcceptedView(View):
    """A command was carried out: read with `?after=seq` to see its effect."""

    id: str
    seq: int
    warnings: list[str] = Field(default=[], exclude_if=lambda value: not value)
    """What may not be as it was meant; nothing was refused for it. Left out where there is none."""


class RefusedRun(View):
    """A run of several with which nothing was done, and why."""

    run_id: str
    """As it was named."""
    problem: Problem


class BulkView(View):
    """An order for several runs was carried out for those that allow it."""

    seq: int
    """Read with `?after=seq` to see its effect; 0 where nothing was done."""
    done: list[str]
    """Whole ids, those of runs that were so before among them."""
    refused: list[RefusedRun]


class AskedAgainView(AcceptedView):
    """Entries are asked once more; read an entry with `?after=seq` to see its new version."""

    versions: dict[str, int]
    """Number of the new version by entry id."""


class ReviewedView(AcceptedView):
    """Reviews were taken: all of them, or they had been before."""

    n_reviews: int


class UploadedView(AcceptedView):
    """Predictions that a run took, which may have been there before."""

    model: str
    n_rows: int
    """In the request."""
    n_new: int
    """Those whose entries had none before."""


RunView.model_rebuild()
