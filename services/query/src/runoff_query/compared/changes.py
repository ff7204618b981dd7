"""What is otherwise in one comparison than in another, from their documents and tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from runoff_contracts.compared import ComparedMetric, ComparedPair, Estimate, Interval, Outcome
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.comparison_changes import (
    MAX_MOVED,
    ComparisonChanges,
    ContenderMatched,
    EntryMoved,
    EstimateChanged,
    FieldChanged,
    MetricChanged,
    PairChanged,
    winner_names,
)
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


@dataclass(frozen=True)
class _Pair:
    """A pair of two matched contenders, whichever way round each document has it."""

    a: ContenderMatched
    b: ContenderMatched


def matched(before: ComparisonDocument, after: ComparisonDocument) -> list[ContenderMatched]:
    """Contenders that stand in both: by run and position, and else by model and version in order.

    The order is that of the second document.
    """
    left = dict(enumerate(before.contenders))
    found: dict[int, ContenderMatched] = {}
    for same_run in (True, False):
        for place, each in enumerate(after.contenders):
            if place in found:
                continue
            twin = next(
                (
                    old
                    for old, other in left.items()
                    if (
                        (other.run_id, other.position) == (each.run_id, each.position)
                        if same_run
                        else (other.model, other.number) == (each.model, each.number)
                    )
                ),
                None,
            )
            if twin is not None:
                del left[twin]
                found[place] = ContenderMatched(
                    name=each.name, before=twin, after=place, same_run=same_run
                )
    return [found[place] for place in sorted(found)]


def changes(before: Compared, after: Compared) -> ComparisonChanges:
    """Everything that is not the same, for the contenders that stand in both.

    Takes a second for a million entries, so call it in a thread.
    """
    old, new = before.document, after.document
    both = matched(old, new)
    metrics = list(_metrics(old, new, both))
    primary = next((each for each in metrics if each.group is None), None)
    is_primary = primary is not None and primary.metric == new.primary.name == old.primary.name
    n_both, n_moved, moved = _moved(before, after, both)
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
        n_entries_both=n_both,
        n_moved=n_moved,
        moved=moved,
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
    pairs = [told for each in _pairs(both) if (told := _pair(each, was, now)) is not None]
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


def _pairs(both: Sequence[ContenderMatched]) -> Iterable[_Pair]:
    for at, a in enumerate(both):
        for b in both[:at]:
            yield _Pair(a, b)


def _pair(pair: _Pair, was: ComparedMetric, now: ComparedMetric) -> PairChanged | None:
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


def _moved(
    before: Compared, after: Compared, both: Sequence[ContenderMatched]
) -> tuple[int, int | None, list[EntryMoved]]:
    """Entries that both compare, and those on which another one is better now."""
    old, new = before.table, after.table
    metric = after.document.primary.name
    if old is None or new is None:
        return 0, None, []
    was, now = _joined(old, new)
    if metric not in old.scores or metric not in new.scores:
        return len(was), None, []
    n_moved, listed = 0, list[EntryMoved]()
    for pair in _pairs(both):
        then = _change(old, metric, pair.a.before, pair.b.before, was)
        later = _change(new, metric, pair.a.after, pair.b.after, now)
        # An entry without a score has no side, so that NaN is told from every other side.
        sides = np.nan_to_num(np.sign(then), nan=2), np.nan_to_num(np.sign(later), nan=2)
        places = np.flatnonzero(sides[0] != sides[1])
        n_moved += len(places)
        listed += [
            EntryMoved(
                entry_id=new.entry_ids[int(now[place])],
                a=pair.a.name,
                b=pair.b.name,
                change_before=_number(then[place]),
                change_after=_number(later[place]),
            )
            for place in places[: MAX_MOVED - len(listed)].tolist()
        ]
    return len(was), n_moved, listed


def _joined(old: EntriesTable, new: EntriesTable) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of both tables that are of one entry, in the order of the second."""
    same = np.array_equal(old.entry_ids.ends, new.entry_ids.ends)
    if same and np.array_equal(old.entry_ids.utf8, new.entry_ids.utf8):
        rows = np.arange(old.n_entries)
        return rows, rows
    places = {entry_id: place for place, entry_id in enumerate(old.entry_ids)}
    pairs = [
        (places[entry_id], place)
        for place, entry_id in enumerate(new.entry_ids)
        if entry_id in places
    ]
    found = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _change(
    table: EntriesTable, metric: str, a: int, b: int, rows: NDArray[np.intp]
) -> NDArray[np.float64]:
    scores = table.scores[metric]
    return np.asarray(scores[a][rows] - scores[b][rows], dtype=np.float64)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
