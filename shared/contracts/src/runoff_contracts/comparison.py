"""The comparison document: how contenders differ, and how sure that is.

It stands in the object store under its digest and is made of what the log says alone: the same
runs compared in the same way give the same bytes. Nothing is rounded for people here.
"""

import hashlib
import json
from typing import Literal

from pydantic import BaseModel, Field

from runoff_contracts.answers import Target
from runoff_contracts.compared import (
    AgreedPair,
    ComparedContender,
    ComparedGroup,
    ComparedMetric,
    ConfidenceBands,
    FamilyTested,
    FieldCompared,
    LatencyPair,
)
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_contracts.event import Fact
from runoff_contracts.ids import Digest
from runoff_contracts.sequential import StoppedRun

MAX_LISTED = 1000
"""Disagreeing entries that the document lists itself; `n_disagree` counts them all."""


class DatasetCompared(Fact):
    """A dataset version that contenders were asked about."""

    dataset: str
    number: int
    digest: Digest
    entries_digest: Digest
    """Of the entries that the runs selected."""
    n_entries: int


class Pairing(Fact):
    """Whether the contenders may be held against each other, entry by entry."""

    same_entries: bool
    """All were asked about the very same entries, by digest."""
    n_union: int
    """Entries that at least one contender was asked about."""
    n_shared: int
    """Entries that all were asked about, and whose targets are the same: these are compared."""
    coverage: list[float]
    """Share of the union that each contender was asked about."""
    n_scored_by_all: int
    """Entries with a score of the primary metric by every contender."""
    notes: list[str] = Field(default_factory=list)
    """In words, what a reader has to know: `120 entries have another target in run …`."""


class PlanBound(Fact):
    """The plan that was sealed before, and whether this comparison keeps to it."""

    digest: Digest
    sealed_seq: int
    """Log sequence of the plan; those of the runs are higher, or `deviations` says so."""
    deviations: list[str] = Field(default_factory=list)
    """In words. With one of them the comparison is exploratory, whatever the plan said."""


class DisputedEntry(Fact):
    """An entry on which contenders gave different answers."""

    entry_id: str
    index: int
    """Place among the compared entries, as in the table of entries."""
    target: Target
    answers: list[str | None]
    difference: float
    confidence_difference: float | None


class ComparisonDocument(Fact):
    """The one document that every surface reads. `digest` is of its canonical bytes."""

    version: Literal[2] = 2
    scores_digest: Digest
    """Of answers, scores and tests alone: the same work done again has the same one."""
    verdict: str
    """One or two sentences on the primary metric."""
    task: str
    asked: ComparisonAsked
    """Every choice, defaults filled in."""
    baseline: int | None
    """Place in `contenders`."""
    plan: PlanBound | None = None
    stopped: list[StoppedRun] = Field(default_factory=list)
    """Runs that ended when they were decided: tests and intervals of a number of entries that was
    fixed beforehand do not allow for that, those in here do."""
    datasets: list[DatasetCompared]
    """One where all runs are over the same version and selection."""
    pairing: Pairing
    contenders: list[ComparedContender] = Field(min_length=2)
    metrics: list[ComparedMetric]
    """The primary metric first: it is what the verdict speaks of. Scorers in the runs' order."""
    family: FamilyTested
    """The tests that p-values are adjusted over."""
    groups: list[ComparedGroup]
    left_out: list[str] = Field(default_factory=list)
    """In words, what is not here for its size: `metadata.camera: more than 50 values`."""
    latency: list[LatencyPair]
    """One a pair, in the order of the primary metric's pairs; empty where no times are known."""
    latency_family: FamilyTested | None = None
    """The tests of times, adjusted among themselves; None where there are none."""
    confidence_bands: ConfidenceBands | None
    """Of the entries' confidence differences; None where fewer than two contenders say theirs."""
    differing: list[FieldCompared]
    """Params, config, labels, models, lineage: what is not the same for all, sorted by name."""
    same: dict[str, str | int | float | bool | None]
    """What is the same for all, by name."""
    agreement: list[AgreedPair]
    """One a pair, in the order of the primary metric's pairs."""
    n_disagree: int
    """Entries on which at least two contenders gave different answers."""
    disagreeing: list[DisputedEntry]
    """The most disputed first, at most `MAX_LISTED`."""
    entries: Digest
    """Table of all compared entries in the object store; `/api/comparisons/<digest>/entries`."""

    @property
    def primary(self) -> ComparedMetric:
        """The metric that the verdict speaks of."""
        return self.metrics[0]


def canonical(document: BaseModel | dict[str, object]) -> bytes:
    """The bytes that a digest is taken of: sorted keys, no spaces, shortest float form."""
    data = document.model_dump(mode="json") if isinstance(document, BaseModel) else document
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest_of(content: bytes) -> str:
    """`sha256:` and the hash in hexadecimal."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
