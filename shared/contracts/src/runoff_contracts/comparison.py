"""The comparison document: how contenders differ, and how sure that is."""

import hashlib
import json
from typing import Literal

from pydantic import BaseModel, Field

from runoff_contracts.answers import Target
from runoff_contracts.event import Fact
from runoff_contracts.ids import Digest, ModelRef, RunId

MAX_LISTED = 1000
"""Disagreeing entries that the document lists itself; `n_disagree` counts them all."""

Outcome = Literal["a_better", "b_better", "not_separable", "nothing_shared"]
"""What may be said of a pair at 5 %, after Holm. `not_separable` never means equal."""


class ComparedContender(Fact):
    """One contender's share of passed entries with its 95 % Wilson interval, and what is behind."""

    run_id: RunId
    position: int
    model: ModelRef
    model_digest: Digest
    n: int
    """Entries scored: answered, and with a target."""
    n_correct: int
    """Entries that passed the document's measure."""
    n_failed: int
    """Entries that it did not answer; they are counted here and nowhere else."""
    accuracy: float | None
    """Of the measure, whichever it is: `n_correct / n`."""
    interval: tuple[float, float] | None
    """None where nothing was scored."""


class ComparedPair(Fact):
    """How two contenders differ on the entries that both answered."""

    a: int
    """Place of the first in `contenders`."""
    b: int
    n_both: int
    """Entries that are scored for both: only they count here."""
    both_right: int
    only_a_right: int
    only_b_right: int
    both_wrong: int
    n_disagree: int
    """Entries that both answered, with different answers, right or wrong. What differs is as the
    task has it; among more than two contenders, answers whose words are not the same."""
    difference: float | None
    """Share of a minus share of b over the `n_both` entries."""
    interval: tuple[float, float] | None
    p_value: float | None
    p_adjusted: float | None
    """Holm over all pairs of this document."""
    test: str
    interval_method: str
    outcome: Outcome


class DisputedEntry(Fact):
    """An entry on which contenders gave different answers."""

    entry_id: str
    target: Target
    answers: list[str | None]
    difference: float
    confidence_difference: float | None


class ComparisonDocument(Fact):
    """The one document that every surface reads. `digest` is of its canonical bytes."""

    version: Literal[1] = 1
    scores_digest: Digest
    task: str
    measure: str | None = Field(default=None, exclude_if=lambda value: value is None)
    """The scorer that is compared by: it passes or fails every entry. None in the first documents,
    whose digests are of bytes without this field: theirs was accuracy."""
    dataset: str
    dataset_digest: Digest
    entries_digest: Digest
    scorers: list[str]
    confidence_level: float = 0.95
    contenders: list[ComparedContender] = Field(min_length=2)
    pairs: list[ComparedPair]
    n_entries: int
    n_disagree: int
    """Entries on which at least two contenders gave different answers."""
    disagreeing: list[DisputedEntry]
    """The most disputed first, at most `MAX_LISTED`."""
    policy: Literal["paired_only"] = "paired_only"
    """What is missing: an entry counts for a pair only when both were scored."""
    verdict: str


def canonical(document: BaseModel | dict[str, object]) -> bytes:
    """The bytes that a digest is taken of: sorted keys, no spaces, shortest float form."""
    data = document.model_dump(mode="json") if isinstance(document, BaseModel) else document
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest_of(content: bytes) -> str:
    """`sha256:` and the hash in hexadecimal."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
