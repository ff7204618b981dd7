"""By which methods a metric is compared, and the comparison of two rows of scores by them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared import AskedAlone, Estimate, Interval, MarginTested
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_contracts.scorers import KNOWN_SCORERS
from runoff_scoring.comparing import refusals
from runoff_scoring.comparing.asked import alone_of, contradiction
from runoff_scoring.comparing.metrics import Metric
from runoff_statistics import Interval as FoundInterval
from runoff_statistics import (
    MethodChoice,
    PairedTable,
    SignFlips,
    Spread,
    StatisticsError,
    adjusted_interval,
    adjusted_moments,
    choose_method,
    cohens_dz,
    compare_scores,
    detectable_difference,
    detectable_mean_difference,
    discordant_odds_ratio,
    mcnemar_p_value,
    mean_interval,
    mean_within_margin,
    paired_difference,
    proportions_within_margin,
    rank_biserial,
    wilson_interval,
    within_margin_of,
)
from runoff_statistics.adjusted import adjusted_test_of, bounds_of_differences
from runoff_statistics.means import Moments, interval_of, moments, spread, within

Scores = NDArray[np.float64]
_SMALLEST_ERROR = 1e-300
_FEWEST_TO_SIZE = 3
"""Entries: of two, t has one degree of freedom, and no difference is small enough to be shown."""


@dataclass(frozen=True)
class Methods:
    """How one metric is compared."""

    metric: Metric
    choice: MethodChoice
    clusters: NDArray[np.int64] | None
    """Of the compared entries, or of a group of them."""
    confidence: float
    alpha: float
    seed: int
    margin: float | None
    flips: SignFlips
    """Takes the permutation tests of all metrics and groups: together they cost a tenth."""

    @property
    def counts(self) -> bool:
        """Whether a table of right and wrong says it all."""
        return self.choice.test == "mcnemar" and self.choice.interval == "melded"


@dataclass(frozen=True)
class PairFound:
    """A minus B, on the entries that both have a score for."""

    n_both: int
    n_missing: int
    table: PairedTable | None
    """Of a metric that passes or fails."""
    n_disagree: int
    difference: float | None = None
    interval: Interval | None = None
    p_value: float | None = None
    effect: float | None = None
    detectable: float | None = None
    margin: MarginTested | None = None
    reason: str | None = None
    alone: AskedAlone | None = None
    """What guarded methods that were asked for say by themselves."""
    contradicted: bool = False
    """What the test goes by (ranks, signs, the mean) points the other way than the difference."""
    flip: int | None = None
    """Place of a permutation test among `Methods.flips`, where its p-value waits; until then the
    guard's stands in `p_value`."""


def methods_of(
    metric: Metric,
    asked: ComparisonAsked,
    clusters: NDArray[np.int64] | None,
    flips: SignFlips,
    *,
    primary: bool,
) -> Methods:
    """The methods of the metric's kind, or those that are asked for.

    Raises:
        NotComparable: When they do not fit the kind, or the margin does not.
    """
    meant = asked.methods.get(metric.name)
    try:
        choice = choose_method(
            metric.kind,
            clustered=clusters is not None,
            test=None if meant is None else meant.test,
            interval=None if meant is None else meant.interval,
        )
    except StatisticsError as error:
        raise refusals.bad_method(metric.name, str(error)) from error
    if metric.kind != "pass_fail" and (
        choice.test == "mcnemar" or choice.interval in ("melded", "tango")
    ):
        raise refusals.bad_method(
            metric.name, "McNemar's test, the melded and Tango's interval are for scores of 0 and 1"
        )
    if metric.kind == "pass_fail" and choice.interval == "median":
        raise refusals.bad_method(
            metric.name, "the median of right and wrong is 0 or 1, whatever the shares are"
        )
    margin = asked.margin if primary else None
    if margin is not None and metric.kind == "pass_fail" and margin >= 1:
        raise refusals.bad_margin(
            f"{metric.name} differs by 1 at most; two points of it are a margin of 0.02"
        )
    return Methods(
        metric=metric,
        choice=choice,
        clusters=clusters,
        confidence=asked.confidence,
        alpha=asked.alpha,
        seed=asked.seed,
        margin=margin,
        flips=flips,
    )


def estimate(values: Scores, methods: Methods, clusters: NDArray[np.int64] | None) -> Estimate:
    """One contender's share or mean over its own scored entries, shape (n,) with NaN for none."""
    known = ~np.isnan(values)
    scored = values[known]
    n, passes = len(scored), methods.metric.kind == "pass_fail"
    n_correct = int(scored.sum()) if passes else None
    if not n:
        return Estimate(
            n=0, n_correct=n_correct, value=None, interval=None, reason="no entry is scored"
        )
    if n_correct is not None and clusters is None:
        interval = wilson_interval(n_correct, n, methods.confidence)
        return Estimate(n=n, n_correct=n_correct, value=n_correct / n, interval=_pair(interval))
    if clusters is None:
        found = adjusted_interval(
            scored, bounds=methods.metric.bounds, confidence=methods.confidence
        )
    else:
        found = mean_interval(
            scored,
            clusters[known],
            bounds=methods.metric.bounds,
            confidence=methods.confidence,
        )
    shown = _pair(found.interval)
    if shown is not None and methods.metric.name in KNOWN_SCORERS:
        # No mean of distances or losses is below 0; of a custom scorer nobody knows.
        shown = (max(shown[0], 0.0), shown[1])
    return Estimate(
        n=n,
        n_correct=n_correct,
        value=found.estimate,
        interval=shown,
        reason=found.reason,
    )


def compare_pair(
    a: Scores, b: Scores, methods: Methods, clusters: NDArray[np.int64] | None
) -> PairFound:
    """Two rows of scores, shape (n,) with NaN where there is none."""
    both = ~(np.isnan(a) | np.isnan(b))
    if not both.all():
        a, b = a[both], b[both]
        clusters = None if clusters is None else clusters[both]
    n, n_missing, choice = len(a), int(len(both) - len(a)), methods.choice
    table = _table(a, b) if methods.metric.kind == "pass_fail" else None
    if not n:
        reason = "no entry is scored for both"
        return PairFound(0, n_missing, table, 0, reason=reason)
    n_disagree = table.n_discordant if table is not None else int(np.count_nonzero(a != b))
    summed = None if table is not None and clusters is None else _summed(a - b, methods, clusters)
    margin = _margin(a, b, table, summed, methods)
    detectable = _detectable(a, b, table, summed, methods)
    if table is not None and methods.counts:
        shared = paired_difference(table, methods.confidence)
        return PairFound(
            n_both=n,
            n_missing=n_missing,
            table=table,
            n_disagree=n_disagree,
            difference=shared.estimate,
            interval=_pair(shared.interval),
            p_value=mcnemar_p_value(table),
            effect=discordant_odds_ratio(table).estimate,
            detectable=detectable,
            margin=margin,
        )
    common = PairFound(
        n_both=n,
        n_missing=n_missing,
        table=table,
        n_disagree=n_disagree,
        detectable=detectable,
        margin=margin,
    )
    if summed is not None and clusters is None and not choice.overridden:
        return _by_mean(a - b, summed, common, methods)
    return _by_choice(a, b, common, methods, clusters)


def _summed(differences: Scores, methods: Methods, clusters: NDArray[np.int64] | None) -> Moments:
    """What margins are judged by, and the difference where nothing else is asked for."""
    bounds = bounds_of_differences(methods.metric.bounds)
    if clusters is not None:
        return within(moments(differences, clusters), bounds)
    return adjusted_moments(differences, bounds=bounds)


def _by_mean(
    differences: Scores, summed: Moments, common: PairFound, methods: Methods
) -> PairFound:
    """As `compare_scores` does, but with sums that are there already."""
    ranked = methods.choice.effect == "rank_biserial"
    return replace(
        common,
        difference=summed.mean,
        interval=_pair(interval_of(summed, confidence=methods.confidence).interval),
        p_value=adjusted_test_of(summed, differences).p_value,
        effect=rank_biserial(differences) if ranked else cohens_dz(differences),
        reason=summed.reason,
    )


def _by_choice(
    a: Scores,
    b: Scores,
    common: PairFound,
    methods: Methods,
    clusters: NDArray[np.int64] | None,
) -> PairFound:
    choice = methods.choice
    # What is overridden is asked for by name; clusters have one method and take none.
    named = clusters is None
    flipped = named and choice.test == "permutation"
    found = compare_scores(
        a,
        b,
        choice.kind,
        bounds=methods.metric.bounds,
        clusters=clusters,
        # Permutations are made of all tests at once, later: until then the guard stands for them.
        test=choice.test if named and not flipped else None,
        interval=choice.interval if named else None,
        confidence=methods.confidence,
        seed=methods.seed,
    )
    shown = found.difference.estimate or 0.0
    turned = contradiction(choice.test, a - b, shown) if named else None
    return replace(
        common,
        difference=found.difference.estimate,
        interval=_pair(found.difference.interval),
        p_value=found.test.p_value,
        effect=found.effect,
        reason=found.difference.reason or found.test.reason or turned,
        alone=alone_of(found, choice),
        contradicted=turned is not None,
        flip=methods.flips.add(a - b) if flipped else None,
    )


def _table(a: Scores, b: Scores) -> PairedTable:
    """Scores of 0 and 1 as counts."""
    both, only_a = int((a * b).sum()), int(a.sum())
    only_b = int(b.sum())
    return PairedTable(both, only_a - both, only_b - both, len(a) - only_a - only_b + both)


def _margin(
    a: Scores, b: Scores, table: PairedTable | None, summed: Moments | None, methods: Methods
) -> MarginTested | None:
    """The margin is of the metric's own unit; where lower is better, not inferior is not higher."""
    if methods.margin is None or methods.alpha >= 0.5:
        return None
    upward = methods.metric.higher_is_better
    if methods.clusters is not None:
        assert summed is not None, "clusters have sums"
        of_t = summed if upward else summed.turned
        found = within_margin_of(of_t, methods.margin, alpha=methods.alpha)
    elif summed is not None:
        found = mean_within_margin(
            a - b if upward else b - a,
            methods.margin,
            bounds=bounds_of_differences(methods.metric.bounds),
            alpha=methods.alpha,
        )
    else:
        assert table is not None, "what has no sums has a table"
        found = proportions_within_margin(table, methods.margin, alpha=methods.alpha)
    known = found.p_equivalent is not None
    interval = _pair(found.interval)
    if interval is not None and not upward:
        interval = (-interval[1], -interval[0])
    return MarginTested(
        margin=methods.margin,
        equivalent=found.equivalent if known else None,
        not_inferior=found.not_inferior if known else None,
        interval=interval,
        equivalence_p=found.p_equivalent,
        non_inferiority_p=found.p_not_inferior,
        method=found.method,
        reason=found.reason,
    )


def _detectable(
    a: Scores, b: Scores, table: PairedTable | None, summed: Moments | None, methods: Methods
) -> float | None:
    """For entries that stand alone: of clusters neither formula holds."""
    if methods.clusters is not None:
        return None
    if summed is None:
        assert table is not None, "what has no sums has a table"
        if table.n < 2:
            return None
        share = table.n_discordant / table.n
        return detectable_difference(table.n, share, confidence=1 - methods.alpha)
    differences = a - b
    sd = spread(differences)
    if summed.n < _FEWEST_TO_SIZE or sd is None or sd <= _SMALLEST_ERROR:
        return None
    bounds = bounds_of_differences(methods.metric.bounds)
    furthest = np.abs(differences - summed.mean).max(keepdims=True) if bounds is None else None
    varied = Spread(sd, bounds, furthest)
    return detectable_mean_difference(summed.n, varied, confidence=1 - methods.alpha)


def _pair(interval: FoundInterval | None) -> Interval | None:
    return None if interval is None else (interval.low, interval.high)
