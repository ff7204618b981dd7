"""What shares a rate of false alarms, and what does not: declared in words.

Scores and times are two families. One of both would let the noise of a machine decide whether
accuracies are told apart, and the same work done again would have another outcome.
"""

from collections.abc import Sequence

from runoff_contracts.compared import (
    ComparedContender,
    ComparedMetric,
    FamilyTested,
    LatencyPair,
)
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_scoring.comparing.times import QUANTILES, p_values, paid_for
from runoff_statistics import benjamini_hochberg, holm


def declared(names: Sequence[str], n_pairs: int, asked: ComparisonAsked, n_groups: int) -> str:
    """A family's name: metrics times pairs times entries."""
    of = "with the baseline" if asked.family == "baseline" else "of contenders"
    pairs = f"{n_pairs} pair{'s' if n_pairs > 1 else ''} {of}"
    groups = "all entries" + (f" and {n_groups} groups" if n_groups else "")
    return f"{', '.join(names)} x {pairs} x {groups}"


def paid(p_values: Sequence[float], asked: ComparisonAsked) -> list[float]:
    """Adjusted as it was asked for, in the order given."""
    adjust = holm if asked.adjust == "holm" else benjamini_hochberg
    return [float(each) for each in adjust(p_values)]


def latency_family(
    pairs: Sequence[LatencyPair], asked: ComparisonAsked
) -> tuple[list[LatencyPair], FamilyTested | None]:
    """The tests of times, adjusted among themselves; no family where no times are known."""
    if not pairs:
        return [], None
    raw = p_values(pairs)
    outside = ["intervals of differences: each holds its confidence by itself"]
    if asked.clusters is not None:
        outside.append(
            f"clusters: entries that share {asked.clusters} are taken for independent here, for "
            f"quantiles have no cluster-robust interval; p-values may be too small"
        )
    family = FamilyTested(
        name=declared([f"latency {each}" for each in QUANTILES], len(pairs), asked, 0),
        n_tests=len(raw),
        adjust=asked.adjust,
        alpha=asked.alpha,
        outside=outside,
    )
    return paid_for(pairs, paid(raw, asked), asked.alpha), family


def outside_of_scores(
    primary: ComparedMetric,
    contenders: Sequence[ComparedContender],
    asked: ComparisonAsked,
    *,
    is_timed: bool,
) -> list[str]:
    """In words, what is not adjusted with the scores, and why."""
    told = [
        f"intervals: each holds {100 * asked.confidence:g} % by itself, of contenders as of "
        f"differences; outcomes follow from adjusted p-values and not from intervals"
    ]
    if any(pair.margin is not None for pair in primary.pairs):
        told.append(
            f"the margin of {primary.name}: each pair and group is shown to be within it, or "
            f"not, at {100 * asked.alpha:g} % by itself"
        )
    if is_timed:
        told.append(
            "times: a family of their own, so that how fast a machine was does not decide whether "
            "scores differ"
        )
    n_retried = sum(each.retried is not None for each in contenders)
    if n_retried:
        told.append(
            f"retries: {n_retried} test{'s' if n_retried > 1 else ''} of whether retried entries "
            f"score otherwise, a caution about one contender and no difference between two"
        )
    return told
