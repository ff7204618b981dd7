"""What contenders have, metric by metric, and who is best by each: the cells of their cards.

All numbers are the document's. A ring is solid where a test says, after adjustment, that whoever
has it is better than every other one; dashed where it is the best number and no more than that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from runoff_contracts.compared import (
    ComparedContender,
    ComparedMetric,
    ComparedPair,
    LatencyPair,
    Outcome,
)
from runoff_contracts.comparison import ComparisonDocument
from runoff_web.format import count, difference, dollars, number, percent, seconds, value

Ring = Literal["", "win", "nominal", "tie"]
WORDS: dict[Ring, str] = {"": "", "win": "best", "nominal": "not separable", "tie": "tie"}


@dataclass(frozen=True)
class Standing:
    """One contender by one measure."""

    text: str
    note: str = ""
    """What it differs from the baseline by, or its interval."""
    ring: Ring = ""
    words: str = ""


@dataclass(frozen=True)
class Measure:
    """One measure over all contenders."""

    name: str
    title: str
    """Which direction is better, and how it was tested."""
    standings: Sequence[Standing]


def measures_of(document: ComparisonDocument) -> list[Measure]:
    """Every metric, then what the answers took; measures that nobody has are left out."""
    quality = [_metric(document, each) for each in document.metrics]
    return quality + [each for each in _effort(document) if each is not None]


def _metric(document: ComparisonDocument, metric: ComparedMetric) -> Measure:
    direction = "higher" if metric.higher_is_better else "lower"
    standings = []
    for place, estimate in enumerate(metric.estimates):
        ring = _ring(metric, place)
        changed = _changed(metric.pairs, place, document.baseline or 0)
        if changed is not None:
            note = difference(changed, metric.kind, metric.unit)
        elif estimate.interval is not None:
            note = " – ".join(value(each, metric.kind) for each in estimate.interval)
        else:
            note = ""
        shown = value(estimate.value, metric.kind, metric.unit)
        standings.append(Standing(shown, note, ring, WORDS[ring]))
    title = f"{metric.name}: {direction} is better; {metric.test}, {document.family.adjust}"
    return Measure(metric.name, title, standings)


def _ring(metric: ComparedMetric, place: int) -> Ring:
    if place not in metric.winner.contenders:
        return ""
    rings: dict[str, Ring] = {"separable": "win", "not_separable": "nominal", "tie": "tie"}
    return rings.get(metric.winner.certainty, "")


def _changed(pairs: Sequence[ComparedPair], place: int, base: int) -> float | None:
    """What the contender has more than the baseline, where the document has that pair."""
    for pair in pairs:
        if pair.difference is not None and {pair.a, pair.b} == {place, base} and pair.a != pair.b:
            return pair.difference if pair.a == place else -pair.difference
    return None


def _effort(document: ComparisonDocument) -> list[Measure | None]:
    times = [each.latency for each in document.contenders]
    p50 = [None if each is None else each.p50_s for each in times]
    p95 = [None if each is None else each.p95_s for each in times]
    spent = [each.spending for each in document.contenders]
    tested = "lower is better; intervals of the paired difference"
    return [
        _timed(document, "Median time", f"median time an entry: {tested}", p50, "median"),
        _timed(document, "p95 time", f"time that 95 % take at most: {tested}", p95, "p95"),
        _least(document, "Cost", dollars, [each.cost_usd for each in spent]),
        _least(document, "Tokens", count, [each.n_total_tokens for each in spent]),
        _least(document, "Run took", seconds, [each.duration_s for each in document.contenders]),
        _least(document, "Failed", count, [each.n_failed for each in document.contenders]),
        _said(document, "Approval", _approval),
        _said(document, "Confidence", lambda each: _percent(each.confidence_mean)),
        _said(document, "Log probability", lambda each: _number(each.logprob_mean)),
    ]


def _timed(
    document: ComparisonDocument,
    name: str,
    title: str,
    values: Sequence[float | None],
    quantile: Literal["median", "p95"],
) -> Measure | None:
    least = _lowest(values)
    if all(each is None for each in values):
        return None
    is_tested = any(_outcome(each, quantile) for each in document.latency)
    is_fastest = len(least) == 1 and _is_fastest(document.latency, least[0], len(values), quantile)
    standings = []
    for place, each in enumerate(values):
        ring: Ring = ""
        if place in least:
            ring = "tie" if len(least) > 1 else "win" if is_fastest else "nominal"
        words = "lowest" if ring == "nominal" and not is_tested else WORDS[ring]
        standings.append(Standing(seconds(each), "", ring, words))
    return Measure(name, title, standings)


def _is_fastest(
    pairs: Sequence[LatencyPair], place: int, n: int, quantile: Literal["median", "p95"]
) -> bool:
    """Whether the document says so of every pair with the others; older ones say of none."""
    beaten = set()
    for pair in pairs:
        outcome = _outcome(pair, quantile)
        if pair.a == place and outcome == "a_better":
            beaten.add(pair.b)
        if pair.b == place and outcome == "b_better":
            beaten.add(pair.a)
    return len(beaten) == n - 1


def _outcome(pair: LatencyPair, quantile: Literal["median", "p95"]) -> Outcome | None:
    return pair.median_outcome if quantile == "median" else pair.p95_outcome


def _least(
    document: ComparisonDocument,
    name: str,
    words: Callable[[int | None], str] | Callable[[float | None], str],
    values: Sequence[float | None] | Sequence[int | None],
) -> Measure | None:
    """What nothing is tested of: the lowest number has a dashed ring, and says so."""
    if all(each is None for each in values):
        return None
    least = _lowest(values)
    standings = [
        Standing(
            # Each of these words takes what its values are.
            words(each),  # type: ignore[arg-type]
            ring="nominal" if [place] == least else "",
            words="lowest, not tested" if [place] == least else "",
        )
        for place, each in enumerate(values)
    ]
    return Measure(name, f"{name}: lower is better; nothing is tested of it", standings)


def _said(
    document: ComparisonDocument, name: str, words: Callable[[ComparedContender], str]
) -> Measure | None:
    said = [words(each) for each in document.contenders]
    if not any(said):
        return None
    return Measure(name, name, [Standing(each or "–") for each in said])


def _lowest(values: Sequence[float | None] | Sequence[int | None]) -> list[int]:
    """Who has the lowest number; nobody where somebody's is not known."""
    known = [each for each in values if each is not None]
    if len(known) < len(values) or len(set(known)) == 1:
        return []
    return [place for place, each in enumerate(values) if each == min(known)]


def _approval(each: ComparedContender) -> str:
    said = each.approval
    if said is None or said.rate is None:
        return ""
    return f"{percent(said.rate)} of {count(said.n_approved + said.n_rejected)}"


def _percent(given: float | None) -> str:
    return "" if given is None else percent(given)


def _number(given: float | None) -> str:
    return "" if given is None else number(given)
