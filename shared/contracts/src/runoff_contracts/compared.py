"""The parts of a comparison document: contenders, metrics, pairs, groups.

Contenders are named by their place in the document's list, pairs by the places of both. A
difference is always that of a minus b; where b is the baseline, it is the change from it.
"""

from typing import Literal

from pydantic import Field

from runoff_contracts.event import Fact
from runoff_contracts.ids import Digest, ModelRef, RunId

Outcome = Literal["a_better", "b_better", "not_separable", "nothing_shared"]
"""What may be said of a pair at alpha, after adjustment. `not_separable` never means equal."""
Certainty = Literal["separable", "not_separable", "tie", "nothing"]
"""Whether who is best in number was shown to be better than each other one; nothing is scored."""
ScoreKind = Literal["pass_fail", "graded", "bounded", "error", "ranked"]
"""As `runoff_statistics.ScoreKind`; `ranked` is average precision, which no entry has alone."""
Interval = tuple[float, float]


class Latency(Fact):
    """Seconds an entry. Answers out of a cache or another run have none."""

    n: int
    mean_s: float
    p50_s: float
    p90_s: float
    p95_s: float
    p99_s: float
    queue_mean_s: float | None
    """Wait for a free slot, rates and retries: total minus model time; None where not known."""
    total_mean_s: float | None
    histogram_edges_s: list[float]
    """Of bins that are equally wide on a logarithmic axis, the same for all contenders."""
    histogram_counts: list[int]
    """One fewer than edges."""


class Spending(Fact):
    """Tokens and money, over the predictions that say so."""

    n_metered: int
    n_input_tokens: int | None
    n_output_tokens: int | None
    n_total_tokens: int | None
    n_priced: int
    cost_usd: float | None
    """None where no price is known, never 0 in its place."""


class ConfidenceBands(Fact):
    """How many lie in each band; the bounds are in `runoff_contracts.bands`."""

    n: int
    low: float
    medium: float
    high: float
    """Shares of n."""


class RetriedScores(Fact):
    """Do entries that needed another attempt score otherwise? If so, retries are no accident."""

    n_retried: int
    n_first: int
    mean_retried: float | None
    mean_first: float | None
    p_value: float | None
    test: str


class Approval(Fact):
    """What people said of the answers."""

    n_approved: int
    n_rejected: int
    n_edited: int
    rate: float | None
    """Approved by approved and rejected; None where nobody said anything."""
    interval: Interval | None


class PooledRun(Fact):
    """One of the runs that a contender was pooled of: how far they lie apart is seen here alone."""

    run_id: RunId
    position: int
    alias: str | None
    model: ModelRef
    number: int | None
    n: int
    """Entries with a score of the primary metric."""
    value: float | None
    """Its mean."""


class ComparedContender(Fact):
    """One contender, by itself.

    Of one that is pooled of several runs, everything is a mean over these: an entry's scores,
    times, tokens and cost over the runs that have them, wall time over the runs; so it stays
    comparable with what was run once. Its answers are those of the first run.
    """

    run_id: RunId
    position: int
    model: ModelRef
    number: int | None
    """Version of a registered model."""
    digest: Digest
    """Of the model."""
    alias: str | None
    """Of the run."""
    name: str
    """What the verdict calls it: the model, and what tells it apart where models are the same."""
    pooled: list[PooledRun] = Field(default_factory=list)
    """The runs that it is pooled of, the first included; empty for one run."""
    n_asked: int
    """Entries that are compared."""
    n_answered: int
    n_failed: int
    """Entries that it did not answer, in any of its runs."""
    duration_s: float | None
    """Wall time of the run, from its start to its end; None where it has not ended."""
    model_time_s: float | None
    """Sum over answers whose time is known."""
    latency: Latency | None
    spending: Spending
    logprob_mean: float | None
    confidence_mean: float | None
    confidence_bands: ConfidenceBands | None
    """Of its own confidences."""
    retried: RetriedScores | None
    approval: Approval | None


class Estimate(Fact):
    """One contender's value of a metric."""

    n: int
    """Entries with a score."""
    n_correct: int | None
    """Of a metric that passes or fails."""
    value: float | None
    """None where nothing is scored; `reason` says why."""
    interval: Interval | None
    reason: str | None = None


class MarginTested(Fact):
    """Whether a pair is equal within the margin, and whether a is not worse than b by it."""

    margin: float
    equivalent: bool | None
    """False says: not shown. None: cannot be said."""
    not_inferior: bool | None
    interval: Interval | None
    """The 1 - 2 alpha interval that both are read from."""
    equivalence_p: float | None
    non_inferiority_p: float | None
    method: str
    reason: str | None = None
    """Why it cannot be said."""


class AskedAlone(Fact):
    """What methods that were asked for by name say by themselves; nothing is concluded from it.

    Methods of means and shares that are not the usual ones of the kind of score promise more than
    they keep on few or skewed scores. So the pair's interval reaches to the outer limits of theirs
    and of the usual one's, and its p-value is the greater of both; what they say alone stands here.
    """

    interval_method: str | None = None
    """None where the interval is the usual one, or one of medians."""
    interval: Interval | None = None
    test: str | None = None
    """None where the test is the usual one, or one of ranks."""
    p_value: float | None = None
    """Not adjusted."""
    reason: str | None = None
    """Why there is no interval, or no p-value, of a method that is named."""


class ComparedPair(Fact):
    """How two contenders differ by one metric, on the entries that both have a score for."""

    a: int
    b: int
    n_both: int
    n_missing: int
    """Compared entries that at least one has no score for."""
    both_right: int | None
    only_a_right: int | None
    only_b_right: int | None
    both_wrong: int | None
    """All four None where the metric does not pass or fail."""
    n_disagree: int
    """Entries whose scores differ. `ComparisonDocument.agreement` counts answers that do."""
    difference: float | None
    interval: Interval | None
    """Where a method was asked for by name, never within the usual one of its kind (`AskedAlone`).
    """
    p_value: float | None
    """Where a test was asked for by name, never below the usual one's (`AskedAlone`)."""
    p_adjusted: float | None
    """None where the pair is not in the family that is tested."""
    effect: float | None
    """In the unit of `ComparedMetric.effect`."""
    detectable: float | None
    """Smallest difference that this many entries would show four times in five, by the usual test.
    """
    margin: MarginTested | None = None
    """By the usual method, whatever was asked for."""
    outcome: Outcome
    reason: str | None = None
    """Why nothing is said: no spread, one entry."""
    asked_alone: AskedAlone | None = None
    """None where nothing was asked for in place of the usual methods; documents of before there was
    such a thing concluded from what was asked for, and have none either."""

    @property
    def differs_alone(self) -> bool:
        """Whether its interval leaves out 0 while the tests of the family show nothing.

        Where there is another reason for that, `reason` has it.
        """
        if self.interval is None or self.outcome != "not_separable" or self.reason is not None:
            return False
        lowest, highest = self.interval
        return lowest > 0 or highest < 0


class Winner(Fact):
    """Who is best by one metric, and whether that can be told from the others."""

    contenders: list[int]
    """Several in a tie; none where nothing is scored, or neither direction is better."""
    certainty: Certainty
    """`separable`: better than every other at alpha, after adjustment. `not_separable`: best in
    number, and not shown to be better than each other one. `nothing`: fewer than two have a
    score."""


class ComparedMetric(Fact):
    """Contenders by one scorer, over all compared entries or over those of a group."""

    name: str
    scorer: str | None
    """`name@version`; None for a metric of the report, as `map_50_95`."""
    kind: ScoreKind
    higher_is_better: bool
    unit: str | None = None
    """`px`; None for shares and numbers without one."""
    test: str
    """What p-values are of; `the more careful of … and …` where one was asked for by name."""
    interval_method: str
    effect: str
    why: str
    """One sentence: why these methods."""
    estimates: list[Estimate]
    """One a contender."""
    winner: Winner
    pairs: list[ComparedPair]
    """Of all contenders, or with the baseline alone, as the family has it."""


class ComparedGroup(Fact):
    """The same for the entries that share a value."""

    by: Literal["section", "split", "class", "metadata"]
    key: str | None = None
    """Of the metadata."""
    value: str
    n_entries: int
    metrics: list[ComparedMetric]


class FamilyTested(Fact):
    """The tests that share one false-alarm rate, declared before they are made."""

    name: str
    """`accuracy, f1 x 3 pairs x all entries and 5 sections`."""
    n_tests: int
    adjust: Literal["holm", "benjamini_hochberg"]
    alpha: float
    outside: list[str] = Field(default_factory=list)
    """In words, what is tested or has an interval and is not in this family, and why."""


class AgreedPair(Fact):
    """How often two contenders gave the same answer, right or wrong."""

    a: int
    b: int
    n_both: int
    """Entries that both answered."""
    n_disagree: int
    """Of these, entries with different answers, as the task has it."""
    kappa: float | None
    """Cohen's, of labels: 1 is full agreement, 0 what chance gives. None for other tasks."""


class LatencyPair(Fact):
    """How two contenders' times differ, on the entries that both answered.

    `a_better` says that a is the faster one. Adjusted values and outcomes are of the family of
    times, `ComparisonDocument.latency_family`; documents of before it was declared have none.
    """

    a: int
    b: int
    n_both: int
    median_difference_s: float | None
    median_interval_s: Interval | None
    median_p_value: float | None
    median_p_adjusted: float | None = None
    median_outcome: Outcome | None = None
    p95_difference_s: float | None
    p95_interval_s: Interval | None
    p95_p_value: float | None
    p95_p_adjusted: float | None = None
    p95_outcome: Outcome | None = None
    method: str
    reason: str | None = None
    """Why there is a difference without interval and test: too few entries for a quantile."""


class FieldCompared(Fact):
    """One thing that is not the same for all contenders."""

    name: str
    """`params.lr`, `config.batch_size`, `labels.team`, `model.digest`, `lineage.git.commit`,
    `worker.packages.onnxruntime`."""
    values: list[str | int | float | bool | None] = Field(min_length=2)
    """One a contender; None where it has none."""
