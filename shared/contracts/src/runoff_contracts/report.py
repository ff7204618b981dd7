"""A run's metrics: numbers over many entries, each contender by itself."""

from typing import Literal

from pydantic import Field

from runoff_contracts.event import Fact


class Metric(Fact):
    """One number over a group of entries."""

    contender: int = Field(ge=0)
    name: str
    """As `accuracy`, `log_loss`, `map_50_95`, `f1`; a scorer's mean has the scorer's name."""
    value: float | None
    """None where nothing could be said; `reason` says why."""
    n: int = Field(ge=0)
    """Entries that it is over. A count or sum of a class has the entries of that class."""
    higher_is_better: bool | None
    """None where neither is better, as for a share of confident answers."""
    reason: str | None = None
    """Why there is no value, or why entries are left out of it."""


class Group(Fact):
    """The entries that share a value."""

    by: Literal["section", "split", "metadata", "class"]
    key: str | None = None
    """Of the metadata."""
    value: str
    n_entries: int
    metrics: list[Metric]


class Confusion(Fact):
    """How often one label was answered for another."""

    contender: int
    target: str
    answer: str
    n: int


class JudgeReport(Fact):
    """What a judging model did over a run: how far it can be relied on, and what it cost.

    Its cost is in none of the contenders' metrics.
    """

    scorer: str
    model: str
    n_verdicts: int
    """Questions that were settled, those taken over from an earlier run included."""
    n_failed: int
    """Those of them without a verdict."""
    n_repeated: int
    """Answers, or pairs of them, with two verdicts or more."""
    agreement: float | None
    """Mean over them of 1 - the mean distance between two repeats, each from 0 to 1; None where
    nothing was repeated. Of pass and fail it is the share of repeats that are equal."""
    n_swapped: int = 0
    """Pairs that were judged in both orders, each repeat by itself."""
    place_bound: float | None = None
    """Share of them in which the judge named the same place twice, whoever stood there: they
    count as ties. None where there are none."""
    cost_usd: float | None = None
    n_cost_unknown: int = 0
    """Verdicts whose price is not known."""
    n_input_tokens: int = 0
    n_output_tokens: int = 0


class Report(Fact):
    """Everything that is said of a run's contenders, each by itself."""

    version: Literal[1] = 1
    metrics: list[Metric]
    """Over all entries."""
    groups: list[Group]
    """By split, section, class and metadata; within each, in order of their values."""
    confusions: list[Confusion] = Field(default_factory=list)
    """Classification: the most frequent first, at most 10,000."""
    judges: list[JudgeReport] | None = Field(default=None, exclude_if=lambda value: value is None)
    """None where no model judged."""
    calibration: list["CalibrationBin"] = Field(default_factory=list)
    left_out: list[str] = Field(default_factory=list)
    """In words, what is not in this report for its size: `metadata camera: more than 50 values`."""


class CalibrationBin(Fact):
    """Answers of similar confidence: how sure they were and how often they were right."""

    contender: int
    low: float
    high: float
    n: int
    confidence_mean: float
    accuracy: float


Report.model_rebuild()
