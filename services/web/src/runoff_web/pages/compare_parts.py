"""A comparison document as its page shows it: rows of charts and tables, of its own numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from runoff_contracts.compared import ComparedGroup, ComparedMetric, ComparedPair
from runoff_contracts.comparison import ComparisonDocument
from runoff_contracts.ids import short_id
from runoff_web.charts.dots import Dot, DotRow
from runoff_web.charts.forest import Effect
from runoff_web.charts.latency import Times
from runoff_web.format import difference, p_value, points, told_apart

MAX_DRAWN: Final = 14
"""Groups of one dimension that are drawn; the table has up to `MAX_GROUPS`."""
MAX_GROUPS: Final = 60
_BESIDE: Final = 30
"""Characters of a pair's names that fit into one line."""


@dataclass(frozen=True)
class Breakdown:
    """The primary metric by what entries share, largest difference first."""

    title: str
    rows: Sequence[DotRow]
    groups: Sequence[tuple[ComparedGroup, ComparedMetric]]
    n_left_out: int


def effects_of(document: ComparisonDocument, metric: ComparedMetric) -> list[Effect]:
    """The pairs of a metric as rows of a forest plot."""
    rows = []
    names = short_names(document)
    for pair in metric.pairs:
        low, high = pair.interval or (None, None)
        name, below = names[pair.a], f"− {names[pair.b]}"
        if len(name) + len(below) < _BESIDE:
            name, below = f"{name} {below}", ""
        note = f"{difference(pair.difference, metric.kind, metric.unit)} · {p_value(p_of(pair))}"
        rows.append(Effect(name, pair.a, pair.difference, low, high, note, name_below=below))
    return rows


def p_of(pair: ComparedPair) -> float | None:
    """The p-value that the outcome follows from: adjusted, where the pair is in the family."""
    return pair.p_value if pair.p_adjusted is None else pair.p_adjusted


def margin_of(document: ComparisonDocument, metric: ComparedMetric) -> float | None:
    """Within which contenders count as alike; only the primary metric has one."""
    return document.asked.margin if metric is document.metrics[0] else None


def times_of(document: ComparisonDocument) -> list[Times]:
    """The contenders' times as rows of a chart; those without known times are left out."""
    names = short_names(document)
    return [
        Times(
            name=names[place],
            position=place,
            edges_s=each.latency.histogram_edges_s,
            counts=each.latency.histogram_counts,
            p50_s=each.latency.p50_s,
            p95_s=each.latency.p95_s,
        )
        for place, each in enumerate(document.contenders)
        if each.latency is not None
    ]


def places_shown(document: ComparisonDocument, chosen: Sequence[int], limit: int) -> Sequence[int]:
    """The contenders that have columns, in order: those whose change is asked for, the best and the
    baseline, whatever their places; then others that are as good, then the first ones.
    """
    every, best = range(len(document.contenders)), document.metrics[0].winner.contenders
    base = [] if document.baseline is None else [document.baseline]
    wanted = dict.fromkeys([*chosen, *best[:1], *base, *best, *every])
    return sorted([each for each in wanted if each in every][:limit])


def breakdowns_of(document: ComparisonDocument, places: Sequence[int]) -> list[Breakdown]:
    """One a dimension, in the document's order; contenders at these places are drawn."""
    found: dict[str, list[tuple[ComparedGroup, ComparedMetric]]] = {}
    for group in document.groups:
        metric = next((m for m in group.metrics if m.name == document.primary.name), None)
        if metric is not None:
            title = f"{group.by} {group.key}" if group.key else group.by
            found.setdefault(title, []).append((group, metric))
    return [_breakdown(title, groups, places) for title, groups in found.items()]


def _breakdown(
    title: str, groups: list[tuple[ComparedGroup, ComparedMetric]], places: Sequence[int]
) -> Breakdown:
    ordered = sorted(groups, key=lambda each: -_largest(each[1]))
    rows = [
        DotRow(
            name=group.value,
            note=f"n = {group.n_entries}",
            dots=[
                Dot(place, estimate.value, *(estimate.interval or (None, None)))
                for place in places
                for estimate in metric.estimates[place : place + 1]
            ],
        )
        for group, metric in ordered[:MAX_DRAWN]
    ]
    return Breakdown(title, rows, ordered[:MAX_GROUPS], max(len(ordered) - MAX_GROUPS, 0))


def _largest(metric: ComparedMetric) -> float:
    return max((abs(pair.difference or 0.0) for pair in metric.pairs), default=0.0)


def in_unit(metric: ComparedMetric) -> Callable[[float | None], str]:
    """How differences of a metric are written."""
    if metric.kind == "pass_fail":
        return points
    return lambda given: difference(given, metric.kind, metric.unit)


def short_names(document: ComparisonDocument) -> list[str]:
    """What each contender is called where there is little room: as much of its model's name as
    tells them apart, and its run's alias before it where the models are the same.
    """
    models = [each.model for each in document.contenders]
    short = told_apart(models)
    names = [
        f"{each.alias or short_id(each.run_id)}: {name}" if models.count(each.model) > 1 else name
        for each, name in zip(document.contenders, short, strict=True)
    ]
    return [
        name if names.count(name) == 1 else f"{name} {chr(65 + place)}"
        for place, name in enumerate(names)
    ]
