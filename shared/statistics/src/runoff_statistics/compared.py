"""Two models' scores on the same entries, compared by the method that fits them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runoff_statistics.adjusted import (
    Bounds,
    adjusted_moments,
    adjusted_test_of,
    bounds_of_differences,
)
from runoff_statistics.bootstrap import bootstrap_interval
from runoff_statistics.choice import (
    INTERVALS,
    TESTS,
    IntervalName,
    MethodChoice,
    ScoreKind,
    TestName,
    choose_method,
)
from runoff_statistics.effects import cohens_dz, discordant_odds_ratio, rank_biserial
from runoff_statistics.errors import InvalidScores, NoEntries
from runoff_statistics.guarding import more_careful_interval, more_careful_test
from runoff_statistics.means import Moments, interval_of, mean_interval, t_test
from runoff_statistics.paired import (
    PairedTable,
    mcnemar_p_value,
    paired_difference,
    paired_table,
)
from runoff_statistics.pairs import PairedScores, paired_scores
from runoff_statistics.quantiles import (
    PairedQuantiles,
    quantile_interval,
    sign_test,
)
from runoff_statistics.ranks import signed_rank_test
from runoff_statistics.results import Estimate, Significance
from runoff_statistics.signflip import sign_flip_test
from runoff_statistics.tango import score_interval
from runoff_statistics.validation import cluster_codes


@dataclass(frozen=True)
class AskedAlone:
    """What guarded methods say by themselves. Nothing is to be concluded from it."""

    difference: Estimate | None
    """None where the interval has no guard."""
    test: Significance | None
    """None where the test has no guard."""


@dataclass(frozen=True)
class PairedComparison:
    """A minus B on the entries that both have a score for."""

    choice: MethodChoice
    n: int
    n_missing: int
    difference: Estimate
    """Of means, or of medians or quantiles where the interval is theirs. Where it was asked for and
    has a guard, the outer limits of both."""
    test: Significance
    """Where it was asked for and has a guard, the one of both whose p is the greater."""
    effect: float | None
    """In the unit of `choice.effect`; None where it does not exist."""
    alone: AskedAlone | None = None
    """None where nothing has a guard."""


def compare_scores(
    a: ArrayLike,
    b: ArrayLike,
    kind: ScoreKind,
    *,
    bounds: Bounds | None = None,
    clusters: ArrayLike | None = None,
    share: float = 0.5,
    test: TestName | None = None,
    interval: IntervalName | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> PairedComparison:
    """Compares A with B by the method of `choose_method`.

    Args:
        a: Scores of A, shape (n_entries,); NaN where there is none (left out, and counted).
        b: The same for B, in the same order of entries.
        kind: Of the score.
        bounds: Between which scores lie whatever happens, such as (0, 1) of F1; None where nobody
            knows. The adjusted t takes what was not seen from them, else from what was.
        clusters: What each entry belongs to, shape (n_entries,); None: each stands alone.
        share: Which quantile, for kind `latency` and for test or interval `quantile`.
        test: Asked for by name; of means and shares it is held to the chosen one (see `choice`).
        interval: The same.
        confidence: Of the interval, above 0 and below 1.
        seed: Of what is drawn at random; the same seed gives the same bytes.

    Raises:
        InvalidNumber: The bounds are not two finite numbers, the lower one first.
        InvalidProbability: share or confidence is out of range.
        InvalidScores: Infinite, not numeric, of different shapes, or a pass/fail method is to
            take scores other than 0 and 1.
        NoEntries: No entry has both scores.
        UnknownMethod: As `choose_method`.
    """
    choice = choose_method(kind, clustered=clusters is not None, test=test, interval=interval)
    pairs = paired_scores(a, b)
    if len(pairs.a) == 0:
        raise NoEntries("a paired comparison")
    kept = None
    if clusters is not None:
        codes = cluster_codes(clusters, len(pairs.a) + pairs.n_missing)
        first, second = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
        kept = codes[~(np.isnan(first) | np.isnan(second))]
    asked = _Question(pairs, choice, bounds_of_differences(bounds), kept, share, confidence, seed)
    difference, tested, alone = _guarded(asked)
    return PairedComparison(
        choice=choice,
        n=len(pairs.a),
        n_missing=pairs.n_missing,
        difference=difference,
        test=tested,
        effect=_effect(asked),
        alone=alone,
    )


@dataclass(frozen=True)
class _Question:
    pairs: PairedScores
    choice: MethodChoice
    bounds: Bounds | None
    """Of the differences."""
    clusters: NDArray[np.intp] | None
    share: float
    confidence: float
    seed: int

    @cached_property
    def differences(self) -> NDArray[np.float64]:
        return self.pairs.differences

    @cached_property
    def adjusted(self) -> Moments:
        return adjusted_moments(self.differences, bounds=self.bounds)

    @cached_property
    def quantiles(self) -> PairedQuantiles:
        return PairedQuantiles(self.pairs.a, self.pairs.b, self.share)

    @cached_property
    def table(self) -> PairedTable:
        right = []
        for name, scores in (("a", self.pairs.a), ("b", self.pairs.b)):
            passed = scores == 1.0
            if not (passed | (scores == 0.0)).all():
                raise InvalidScores(name, "a pass/fail method takes scores of 0 and 1 only")
            right.append(passed)
        return paired_table(*right)


def _guarded(asked: _Question) -> tuple[Estimate, Significance, AskedAlone | None]:
    choice = asked.choice
    difference, test = _difference(asked, choice.interval), _test(asked, choice.test)
    alone = AskedAlone(
        None if choice.interval_guard is None else difference,
        None if choice.test_guard is None else test,
    )
    if choice.interval_guard is not None:
        usual = _difference(asked, choice.interval_guard)
        difference = more_careful_interval(usual, difference, choice.interval_name)
    if choice.test_guard is not None:
        test = more_careful_test(_test(asked, choice.test_guard), test)
    return difference, test, None if alone == AskedAlone(None, None) else alone


def _difference(asked: _Question, interval: IntervalName) -> Estimate:
    confidence = asked.confidence
    match interval:
        case "melded" | "tango":
            return _of_table(asked, interval)
        case "adjusted_t":
            return interval_of(asked.adjusted, confidence=confidence)
        case "t":
            # What is asked for by name is as it is known.
            bounds = None if asked.clusters is None else asked.bounds
            return mean_interval(
                asked.differences, asked.clusters, bounds=bounds, confidence=confidence
            )
        case "median":
            return quantile_interval(asked.differences, 0.5, confidence=confidence)
        case "quantile":
            return asked.quantiles.difference(confidence)
        case method:
            return bootstrap_interval(
                asked.differences, method=method, confidence=confidence, seed=asked.seed
            )


def _of_table(asked: _Question, interval: IntervalName) -> Estimate:
    confidence, table, name = asked.confidence, asked.table, INTERVALS[interval]
    found = paired_difference(table, confidence)
    if interval == "melded":
        return Estimate(found.estimate, found.interval, name, table.n)
    limits = score_interval(table.only_a, table.only_b, table.n, confidence)
    return Estimate(found.estimate, limits, name, table.n)


def _test(asked: _Question, test: TestName) -> Significance:
    match test:
        case "mcnemar":
            table, name = asked.table, TESTS[test]
            return Significance(mcnemar_p_value(table), float(table.only_a), name, table.n)
        case "adjusted_t":
            return adjusted_test_of(asked.adjusted, asked.differences)
        case "permutation":
            return sign_flip_test(asked.differences, seed=asked.seed)
        case "wilcoxon":
            return signed_rank_test(asked.differences)
        case "sign":
            return sign_test(asked.differences)
        case "t":
            return t_test(asked.differences, asked.clusters)
        case "quantile":
            return asked.quantiles.test()


def _effect(asked: _Question) -> float | None:
    match asked.choice.effect:
        case "odds_ratio":
            return discordant_odds_ratio(asked.table).estimate
        case "cohens_dz":
            return cohens_dz(asked.differences)
        case "rank_biserial":
            return rank_biserial(asked.differences)
