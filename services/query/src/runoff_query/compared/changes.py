"""What is otherwise in one comparison than in another, from their documents and tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from runoff_contracts.compared import ComparedMetric, ComparedPair, Estimate, Interval, Outcome
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.comparison_changes import (
    ComparisonChanges,
    ContenderMatched,
    EstimateChanged,
    FieldChanged,
    MetricChanged,
    PairChanged,
    winner_names,
)
from runoff_query.compared.matching import PairMatched, matched, pairs_of
from runoff_query.compared.moved import moved_entries
from runoff_query.compared.table import EntriesTable

_TURNED: dict[Outcome, Outcome] = {"a_better": "b_better", "b_better": "a_better"}
_EXCLUDED = frozenset({"contenders", "baseline"})
_PAIRING = ("same_entries", "n_union", "n_shared", "n_scored_by_all", "notes")


@dataclass(frozen=True)
class Compared:
    """A comparison with the table of its entries, where it is still there."""

    digest: str
    document: ComparisonDocument
    table: EntriesTable | None


def changes(before: Compared, after: Compared) -> ComparisonChanges:
    """Everything that is not the same, for the contenders that stand in both.

    Takes a second for a million entries, so call it in a thread.
    """
    old, new = before.document, after.document
    both = matched(old, new)
    metrics = list(_metrics(old, new, both))
    primary = next((each for each in metrics if each.group is None), None)
    is_primary = primary is not None and primary.metric == new.primary.name == old.primary.name
    moved = moved_entries(before.table, after.table, new.primary.name, both)
    names = {each.name for each in new.metrics}
    return ComparisonChanges(
        before=before.digest,
        after=after.digest,
        same_scores=old.scores_digest == new.scores_digest,
        verdict_before=old.verdict,
        verdict_after=new.verdict,
        outcomes_changed=sum(
            each.outcome_before != each.outcome_after
            for each in (primary.pairs if primary and is_primary else [])
        ),
        contenders=both,
        only_before=_others(old, {each.before for each in both}),
        only_after=_others(new, {each.after for each in both}),
        fields=_fields(old, new),
        metrics=metrics,
        metrics_only_before=[each.name for each in old.metrics if each.name not in names],
        metrics_only_after=sorted(names - {each.name for each in old.metrics}),
        n_entries_both=moved.n_entries_both,
        n_moved=moved.n_moved,
        moved=moved.listed,
    )


def _others(document: ComparisonDocument, known: set[int]) -> list[str]:
    return [each.name for place, each in enumerate(document.contenders) if place not in known]


def _fields(old: ComparisonDocument, new: ComparisonDocument) -> list[FieldChanged]:
    then, now = _said(old), _said(new)
    return [
        FieldChanged(name=name, before=then.get(name), after=now.get(name))
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    ]


def _said(document: ComparisonDocument) -> dict[str, JsonValue]:
    asked = document.asked.model_dump(mode="json", exclude=set(_EXCLUDED))
    pairing = document.pairing.model_dump(mode="json", include=set(_PAIRING))
    place = document.baseline
    return {
        **{f"asked.{name}": value for name, value in asked.items()},
        **{f"pairing.{name}": value for name, value in pairing.items()},
        "baseline": None if place is None else document.contenders[place].name,
        "datasets": [f"{each.dataset}@{each.number}" for each in document.datasets],
    }


def _metrics(
    old: ComparisonDocument, new: ComparisonDocument, both: Sequence[ContenderMatched]
) -> Iterable[MetricChanged]:
    then = {(group, each.name): each for group, each in _every(old)}
    for group, now in _every(new):
        was = then.get((group, now.name))
        if was is None:
            continue
        told = _metric(old, new, both, group, was, now)
        if told is not None:
            yield told


def _every(document: ComparisonDocument) -> Iterable[tuple[str | None, ComparedMetric]]:
    for metric in document.metrics:
        yield None, metric
    for group in document.groups:
        by = f"{group.by} {group.key}" if group.key else group.by
        for metric in group.metrics:
            yield f"{by} {group.value}", metric


def _metric(
    old: ComparisonDocument,
    new: ComparisonDocument,
    both: Sequence[ContenderMatched],
    group: str | None,
    was: ComparedMetric,
    now: ComparedMetric,
) -> MetricChanged | None:
    estimates = [
        _estimate(each.name, was.estimates[each.before], now.estimates[each.after])
        for each in both
        if was.estimates[each.before] != now.estimates[each.after]
    ]
    pairs = [told for each in pairs_of(both) if (told := _pair(each, was, now)) is not None]
    same_name = {each.before: each.name for each in both}
    called = [same_name.get(place, each.name) for place, each in enumerate(old.contenders)]
    best_then = winner_names(was.winner, called)
    best_now = winner_names(now.winner, [each.name for each in new.contenders])
    won = (sorted(best_then), was.winner.certainty) != (sorted(best_now), now.winner.certainty)
    if not (estimates or pairs or won):
        return None
    return MetricChanged(
        metric=now.name,
        group=group,
        estimates=estimates,
        pairs=pairs,
        winner_before=best_then if won else None,
        winner_after=best_now if won else None,
        certainty_before=was.winner.certainty,
        certainty_after=now.winner.certainty,
    )


def _estimate(name: str, was: Estimate, now: Estimate) -> EstimateChanged:
    return EstimateChanged(
        contender=name,
        n_before=was.n,
        n_after=now.n,
        value_before=was.value,
        value_after=now.value,
        interval_before=was.interval,
        interval_after=now.interval,
    )


def _pair(pair: PairMatched, was: ComparedMetric, now: ComparedMetric) -> PairChanged | None:
    """None where a document has no such pair, or both say the same."""
    then = _found(was.pairs, pair.a.before, pair.b.before)
    later = _found(now.pairs, pair.a.after, pair.b.after)
    if then is None or later is None or _facts(then) == _facts(later):
        return None
    return PairChanged(
        a=pair.a.name,
        b=pair.b.name,
        difference_before=then.difference,
        difference_after=later.difference,
        interval_before=then.interval,
        interval_after=later.interval,
        p_adjusted_before=then.p_adjusted,
        p_adjusted_after=later.p_adjusted,
        outcome_before=then.outcome,
        outcome_after=later.outcome,
    )


def _found(pairs: Sequence[ComparedPair], a: int, b: int) -> ComparedPair | None:
    for pair in pairs:
        if (pair.a, pair.b) == (a, b):
            return pair
        if (pair.a, pair.b) == (b, a):
            return pair.model_copy(
                update={
                    "difference": None if pair.difference is None else -pair.difference,
                    "interval": _turned(pair.interval),
                    "outcome": _TURNED.get(pair.outcome, pair.outcome),
                }
            )
    return None


def _turned(interval: Interval | None) -> Interval | None:
    return None if interval is None else (-interval[1], -interval[0])


def _facts(pair: ComparedPair) -> tuple[object, ...]:
    return (pair.n_both, pair.difference, pair.interval, pair.p_adjusted, pair.outcome)
