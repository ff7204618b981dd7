"""What is otherwise in one comparison document than in another."""

from pydantic import JsonValue

from runoff_contracts.compared import Interval, Outcome, Winner
from runoff_contracts.views import View

MAX_MOVED = 200
"""Entries that changed side which are listed; `n_moved` counts them all."""


class ContenderMatched(View):
    """One contender that stands in both documents."""

    name: str
    """As the second document calls it."""
    before: int
    """Place in the first document."""
    after: int
    same_run: bool
    """False where the model answered anew, in another run."""


class FieldChanged(View):
    """Something that was asked for, or that the documents are of, and is not the same."""

    name: str
    """As `asked.margin`, `pairing.n_shared`."""
    before: JsonValue
    after: JsonValue


class EstimateChanged(View):
    """A contender's value of a metric, then and now."""

    contender: str
    n_before: int
    n_after: int
    value_before: float | None
    value_after: float | None
    interval_before: Interval | None
    interval_after: Interval | None


class PairChanged(View):
    """How two contenders differed, and differ: a minus b in both."""

    a: str
    b: str
    difference_before: float | None
    difference_after: float | None
    interval_before: Interval | None
    interval_after: Interval | None
    p_adjusted_before: float | None
    p_adjusted_after: float | None
    outcome_before: Outcome
    outcome_after: Outcome


class MetricChanged(View):
    """One metric, over all entries or over those of a group; only what is not the same."""

    metric: str
    group: str | None
    """As `section night`; None over all entries."""
    estimates: list[EstimateChanged]
    pairs: list[PairChanged]
    winner_before: list[str] | None
    """Names; both None where the winner is the same, and as certain."""
    winner_after: list[str] | None
    certainty_before: str
    certainty_after: str


class EntryMoved(View):
    """An entry on which another contender is better now, or none is any more."""

    entry_id: str
    a: str
    b: str
    change_before: float | None
    """Score of a minus that of b, by the primary metric."""
    change_after: float | None


class ComparisonChanges(View):
    """From the first document, `before`, to the second, `after`."""

    before: str
    """Digest."""
    after: str
    same_scores: bool
    """Answers, scores and tests are the same: what differs lies beside them."""
    verdict_before: str
    verdict_after: str
    outcomes_changed: int
    """Pairs of the primary metric, over all entries, of which something else is said now."""
    contenders: list[ContenderMatched]
    only_before: list[str]
    only_after: list[str]
    fields: list[FieldChanged]
    metrics: list[MetricChanged]
    metrics_only_before: list[str]
    metrics_only_after: list[str]
    n_entries_both: int
    """Entries that both compare."""
    n_moved: int | None
    """None where it cannot be said: the tables are gone, or the primary metric has no entries'
    scores."""
    moved: list[EntryMoved]


def winner_names(winner: Winner, names: list[str]) -> list[str]:
    """Who is best, by name."""
    return [names[place] for place in winner.contenders if place < len(names)]
