"""All metrics over all entries and groups, tested as one family."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared import (
    ComparedGroup,
    ComparedMetric,
    ComparedPair,
    Estimate,
    FamilyTested,
    Outcome,
    ScoreKind,
    Winner,
)
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_scoring.comparing.family import declared, paid
from runoff_scoring.comparing.groups import EntryGroup
from runoff_scoring.comparing.methods import Methods, PairFound, compare_pair, estimate
from runoff_statistics import SignFlips, Significance

Pair = tuple[int, int]


@dataclass(frozen=True)
class Shown:
    """What is said of a metric besides its numbers."""

    name: str
    scorer: str | None
    kind: ScoreKind
    higher_is_better: bool
    unit: str | None
    test: str
    interval_method: str
    effect: str
    why: str


@dataclass(frozen=True)
class Found:
    """One metric over some entries, not yet adjusted."""

    shown: Shown
    estimates: list[Estimate]
    pairs: dict[Pair, PairFound]
    flips: SignFlips | None = None
    """Where its permutation tests wait for their p-values."""


def pairs_of(n_contenders: int, asked: ComparisonAsked, baseline: int | None) -> list[Pair]:
    """Each with each, or each with the baseline, which is always the second."""
    if asked.family == "baseline" and baseline is not None:
        return [(a, baseline) for a in range(n_contenders) if a != baseline]
    pairs = itertools.combinations(range(n_contenders), 2)
    # A change is from the baseline: it is the one that is taken away.
    return [(b, a) if a == baseline else (a, b) for a, b in pairs]


def find(methods: Methods, pairs: Sequence[Pair], rows: NDArray[np.intp] | None = None) -> Found:
    """A metric over all compared entries, or over some of them."""
    values, clusters = methods.metric.values, methods.clusters
    if rows is not None:
        values = values[:, rows]
        clusters = None if clusters is None else clusters[rows]
    return Found(
        shown=_shown(methods),
        estimates=[estimate(row, methods, clusters) for row in values],
        pairs={(a, b): compare_pair(values[a], values[b], methods, clusters) for a, b in pairs},
        flips=methods.flips,
    )


def _shown(methods: Methods) -> Shown:
    metric, choice = methods.metric, methods.choice
    return Shown(
        name=metric.name,
        scorer=metric.scorer,
        kind=metric.kind,
        higher_is_better=metric.higher_is_better,
        unit=metric.unit,
        test=choice.test_name,
        interval_method=choice.interval_name,
        effect=choice.effect,
        why=choice.why,
    )


def adjusted(
    overall: Sequence[Found],
    groups: Sequence[tuple[EntryGroup, Sequence[Found]]],
    asked: ComparisonAsked,
) -> tuple[list[ComparedMetric], list[ComparedGroup], FamilyTested]:
    """Every p-value paid for by all others: metrics times pairs times all entries and groups."""
    everything = [_flipped(each) for each in (*overall, *(e for _, found in groups for e in found))]
    raw = [
        pair.p_value
        for found in everything
        for pair in found.pairs.values()
        if pair.p_value is not None
    ]
    each_paid = iter(paid(raw, asked))
    made = iter([_metric(found, each_paid, asked.alpha) for found in everything])
    metrics = list(itertools.islice(made, len(overall)))
    compared = [
        ComparedGroup(
            by=group.by,
            key=group.key,
            value=group.value,
            n_entries=len(group.rows),
            metrics=list(itertools.islice(made, len(found))),
        )
        for group, found in groups
    ]
    names = [each.shown.name for each in overall]
    family = FamilyTested(
        name=declared(names, len(overall[0].pairs), asked, len(groups)),
        n_tests=len(raw),
        adjust=asked.adjust,
        alpha=asked.alpha,
    )
    return metrics, compared, family


def _flipped(found: Found) -> Found:
    """With the p-values of the permutation tests, which wait until all are there."""
    if all(pair.flip is None for pair in found.pairs.values()):
        return found
    assert found.flips is not None, "a test waits there"
    tests = found.flips.results()
    pairs = {
        place: pair if pair.flip is None else _with_flips(pair, tests[pair.flip])
        for place, pair in found.pairs.items()
    }
    return replace(found, pairs=pairs)


def _with_flips(pair: PairFound, flips: Significance) -> PairFound:
    """The greater of its p-value, which is the guard's, and of the permutation test's."""
    alone = pair.alone and pair.alone.model_copy(update={"p_value": flips.p_value})
    assert pair.p_value is not None, "the tests that guard always have one"
    assert flips.p_value is not None, "a permutation test has one"
    return replace(pair, p_value=max(pair.p_value, flips.p_value), alone=alone)


def _metric(found: Found, each_paid: Iterator[float], alpha: float) -> ComparedMetric:
    shown = found.shown
    pairs = [
        _pair(
            a,
            b,
            pair,
            None if pair.p_value is None else next(each_paid),
            shown.higher_is_better,
            alpha,
        )
        for (a, b), pair in found.pairs.items()
    ]
    return ComparedMetric(
        name=shown.name,
        scorer=shown.scorer,
        kind=shown.kind,
        higher_is_better=shown.higher_is_better,
        unit=shown.unit,
        test=shown.test,
        interval_method=shown.interval_method,
        effect=shown.effect,
        why=shown.why,
        estimates=found.estimates,
        winner=winner(found.estimates, pairs, shown.higher_is_better),
        pairs=pairs,
    )


def _pair(
    a: int, b: int, found: PairFound, p_adjusted: float | None, upward: bool, alpha: float
) -> ComparedPair:
    table = found.table
    return ComparedPair(
        a=a,
        b=b,
        n_both=found.n_both,
        n_missing=found.n_missing,
        both_right=None if table is None else table.both_right,
        only_a_right=None if table is None else table.only_a,
        only_b_right=None if table is None else table.only_b,
        both_wrong=None if table is None else table.both_wrong,
        n_disagree=found.n_disagree,
        difference=found.difference,
        interval=found.interval,
        p_value=found.p_value,
        p_adjusted=p_adjusted,
        effect=found.effect,
        detectable=found.detectable,
        margin=found.margin,
        outcome=outcome(
            found.n_both,
            None if found.contradicted else found.difference,
            p_adjusted,
            upward,
            alpha,
        ),
        reason=found.reason,
        asked_alone=found.alone,
    )


def outcome(
    n_both: int, difference: float | None, p_adjusted: float | None, upward: bool, alpha: float
) -> Outcome:
    """What may be said of a pair."""
    if not n_both:
        return "nothing_shared"
    if p_adjusted is None or p_adjusted > alpha or not difference:
        return "not_separable"
    return "a_better" if (difference > 0) == upward else "b_better"


def winner(estimates: Sequence[Estimate], pairs: Sequence[ComparedPair], upward: bool) -> Winner:
    """Who is best in number, and whether each other one was shown to be worse."""
    known = {k: each.value for k, each in enumerate(estimates) if each.value is not None}
    if len(known) < 2:
        # Whoever alone has scores is better than nobody.
        return Winner(contenders=[], certainty="nothing")
    best = max(known.values()) if upward else min(known.values())
    top = [k for k, value in known.items() if value == best]
    if len(top) > 1:
        return Winner(contenders=top, certainty="tie")
    beaten = {
        pair.b if pair.a == top[0] else pair.a
        for pair in pairs
        if pair.outcome == ("a_better" if pair.a == top[0] else "b_better")
        and top[0] in {pair.a, pair.b}
    }
    # Who has no score at all is beaten by nobody, and keeps nobody from being the best.
    separable = set(known) - {top[0]} <= beaten
    return Winner(contenders=top, certainty="separable" if separable else "not_separable")
