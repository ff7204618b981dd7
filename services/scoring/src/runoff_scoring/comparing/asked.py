"""Methods that were asked for by name: what they say alone, and what is told of that."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared import (
    AskedAlone,
    ComparedGroup,
    ComparedMetric,
    ComparedPair,
    Interval,
)
from runoff_scoring.comparing import words
from runoff_statistics import Estimate, MethodChoice, PairedComparison, rank_biserial
from runoff_statistics.choice import INTERVALS, TESTS, TestName

CONTRADICTED = "the test goes by ranks or signs, which point the other way than the difference"
CONTRADICTED_BY_MEAN = "the test goes by the mean, which points the other way than the median"


def contradiction(
    test: TestName, differences: NDArray[np.float64], difference: float
) -> str | None:
    """Why the test says nothing for the one whose mean or median is better: it is against it."""
    match test:
        case "wilcoxon":
            goes_by, why = rank_biserial(differences) or 0.0, CONTRADICTED
        case "sign":
            goes_by, why = float(np.sign(differences).sum()), CONTRADICTED
        case _:
            goes_by, why = float(differences.mean()), CONTRADICTED_BY_MEAN
    return why if goes_by * difference < 0 else None


def alone_of(found: PairedComparison, choice: MethodChoice) -> AskedAlone | None:
    """What was asked for and has a guard; a permutation test has no p-value yet."""
    if choice.interval_guard is None and choice.test_guard is None:
        return None
    difference = None if found.alone is None else found.alone.difference
    test = None if found.alone is None else found.alone.test
    return AskedAlone(
        interval_method=None if choice.interval_guard is None else INTERVALS[choice.interval],
        interval=_limits(difference),
        test=None if choice.test_guard is None else TESTS[choice.test],
        p_value=None if test is None else test.p_value,
        reason=(difference and difference.reason) or (test and test.reason),
    )


def _limits(found: Estimate | None) -> Interval | None:
    if found is None or found.interval is None:
        return None
    return found.interval.low, found.interval.high


def notes_on_asked(
    names: Sequence[str], metrics: Sequence[ComparedMetric], groups: Sequence[ComparedGroup]
) -> list[str]:
    """What they say alone, one note a metric: of its first pair, the others have it beside them.

    Args:
        names: Of the contenders.
        metrics: Over all entries.
        groups: Over some of them.
    """
    notes = []
    for metric in metrics:
        inside = [each for group in groups for each in group.metrics if each.name == metric.name]
        pairs = [pair for each in (metric, *inside) for pair in each.pairs if pair.asked_alone]
        if pairs:
            notes.append(_note(names, metric, pairs[0], n_more=len(pairs) - 1))
    return notes


def _note(names: Sequence[str], metric: ComparedMetric, pair: ComparedPair, *, n_more: int) -> str:
    alone = pair.asked_alone
    assert alone is not None, "the caller asked"
    said = [each for each in (_interval(metric, alone), _p_value(alone)) if each is not None]
    they = "they promise more than they keep" if len(said) > 1 else "it promises more than it keeps"
    why = f" ({alone.reason})" if alone.reason else ""
    more = ""
    if n_more:
        pairs = (
            "1 more pair or group has" if n_more == 1 else f"{n_more} more pairs and groups have"
        )
        more = f"; {pairs} such numbers in the document"
    between = f"{names[pair.a]} minus {names[pair.b]}"
    return (
        f"{metric.name}: of {between}, {words.listed(said)}{why}; on few or skewed scores {they} "
        f"(docs/statistics.md), so nothing is concluded from that alone{more}"
    )


def _interval(metric: ComparedMetric, alone: AskedAlone) -> str | None:
    if alone.interval_method is None:
        return None
    found = alone.interval
    told = "nothing" if found is None else words.span(metric, found)
    return f"{alone.interval_method} alone says {told}"


def _p_value(alone: AskedAlone) -> str | None:
    if alone.test is None:
        return None
    found = alone.p_value
    told = "nothing" if found is None else f"p {words.p_value(found)}"
    return f"{alone.test} alone says {told}"
