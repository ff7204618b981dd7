"""The comparison document of one run's contenders, computed from its scorecards."""

import hashlib
import itertools
import json

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.comparison import (
    MAX_LISTED,
    ComparedContender,
    ComparedPair,
    ComparisonDocument,
    DisputedEntry,
    Outcome,
    canonical,
    digest_of,
)
from runoff_contracts.events.lifecycle import Contender, RunCreated
from runoff_contracts.scorers import DEFAULT_SCORERS, is_pass_fail
from runoff_scoring.errors import NotComparable
from runoff_scoring.scorecards import Scorecards
from runoff_scoring.verdict import verdict
from runoff_statistics import (
    holm,
    mcnemar_p_value,
    paired_difference,
    paired_table,
    wilson_interval,
)

TEST = "exact McNemar, two-sided"
INTERVAL = "Tango score interval for a paired difference, 95 %"
ALPHA = 0.05
MAX_LISTED_BYTES = 600_000
"""Of the listed entries together: the document is one event, and servers may hold that to 1 MB."""


def compare(created: RunCreated, cards: Scorecards) -> ComparisonDocument:
    """Everything that is said of how a run's contenders differ.

    The measure is the first of the run's scorers that passes or fails.

    Raises:
        NotComparable: With fewer than two contenders, or without such a scorer.
    """
    if len(created.contenders) < 2:
        raise NotComparable(
            "one-contender",
            "A comparison needs two contenders",
            status=422,
            detail="launch a run with two models or more",
        )
    measure = _measure(created)
    contenders = [_contender(created, cards, measure, each) for each in created.contenders]
    pairs = _pairs(cards, measure, len(contenders))
    disputed = np.flatnonzero(cards.difference > 0)
    return ComparisonDocument(
        scores_digest=_scores_digest(created, cards, contenders, pairs),
        task=created.task,
        measure=measure,
        dataset=created.dataset.dataset,
        dataset_digest=created.dataset.digest,
        entries_digest=created.entries,
        scorers=[f"{each.name}@{each.version}" for each in created.scorers],
        contenders=contenders,
        pairs=pairs,
        n_entries=created.n_entries,
        n_disagree=len(disputed),
        disagreeing=_most_disputed(cards, disputed),
        verdict=verdict(contenders, pairs, measure),
    )


def _measure(created: RunCreated) -> str:
    measure = next(
        (used.name for used in created.scorers if is_pass_fail(used.name, used.params)), None
    )
    if measure is not None:
        return measure
    asked = ", ".join(used.name for used in created.scorers)
    raise NotComparable(
        "no-pass-fail-scorer",
        "A comparison needs a scorer that passes or fails",
        status=422,
        detail=f"the run has {asked}; score it again with one such as "
        f"{DEFAULT_SCORERS[created.task][0]} among its scorers",
    )


def _contender(
    created: RunCreated, cards: Scorecards, measure: str, contender: Contender
) -> ComparedContender:
    position = contender.position
    values = cards.scores[measure][position]
    scored = ~np.isnan(values)
    n, n_correct = int(scored.sum()), int(np.nansum(values))
    interval = wilson_interval(n_correct, n) if n else None
    return ComparedContender(
        run_id=created.run_id,
        position=position,
        model=contender.model,
        model_digest=contender.digest,
        n=n,
        n_correct=n_correct,
        n_failed=int((cards.answers[position] < 0).sum()),
        accuracy=n_correct / n if n else None,
        interval=(interval.low, interval.high) if interval else None,
    )


def _pairs(cards: Scorecards, measure: str, n_contenders: int) -> list[ComparedPair]:
    bare = [_pair(cards, measure, a, b) for a, b in itertools.combinations(range(n_contenders), 2)]
    tested = [pair for pair in bare if pair.p_value is not None]
    adjusted = holm([pair.p_value for pair in tested if pair.p_value is not None])
    decided = {
        (pair.a, pair.b): pair.model_copy(
            update={"p_adjusted": float(p), "outcome": _outcome(pair, float(p))}
        )
        for pair, p in zip(tested, adjusted, strict=True)
    }
    return [decided.get((pair.a, pair.b), pair) for pair in bare]


def _pair(cards: Scorecards, measure: str, a: int, b: int) -> ComparedPair:
    values = cards.scores[measure]
    both = ~np.isnan(values[a]) & ~np.isnan(values[b])
    table = paired_table(values[a][both] == 1.0, values[b][both] == 1.0)
    shared = paired_difference(table) if table.n else None
    return ComparedPair(
        a=a,
        b=b,
        n_both=table.n,
        both_right=table.both_right,
        only_a_right=table.only_a,
        only_b_right=table.only_b,
        both_wrong=table.both_wrong,
        n_disagree=_n_disagree(cards, a, b),
        difference=shared.estimate if shared else None,
        interval=(shared.interval.low, shared.interval.high) if shared else None,
        p_value=mcnemar_p_value(table) if shared else None,
        p_adjusted=None,
        test=TEST,
        interval_method=INTERVAL,
        outcome="nothing_shared",
    )


def _n_disagree(cards: Scorecards, a: int, b: int) -> int:
    """Entries that both answered and on which they differ, as the task says what differs."""
    answered = (cards.answers[a] >= 0) & (cards.answers[b] >= 0)
    return int((answered & (cards.groups[a] != cards.groups[b])).sum())


def _outcome(pair: ComparedPair, p_adjusted: float) -> Outcome:
    if p_adjusted > ALPHA or not pair.difference:
        return "not_separable"
    return "a_better" if pair.difference > 0 else "b_better"


def _most_disputed(cards: Scorecards, disputed: NDArray[np.intp]) -> list[DisputedEntry]:
    """Largest difference first, then the most confident disagreement, then entry order."""
    confidence = np.nan_to_num(cards.confidence_difference[disputed], nan=-1.0)
    order = np.lexsort((disputed, -confidence, -cards.difference[disputed]))
    found: list[DisputedEntry] = []
    n_bytes = 0
    for index in disputed[order[:MAX_LISTED]].tolist():
        gap = float(cards.confidence_difference[index])
        entry = DisputedEntry(
            entry_id=cards.entry_ids[index],
            target=cards.target(index),
            answers=[cards.label(each, index) for each in range(len(cards.answers))],
            difference=float(cards.difference[index]),
            confidence_difference=None if np.isnan(gap) else gap,
        )
        n_bytes += len(canonical(entry)) + 1
        if n_bytes > MAX_LISTED_BYTES:
            break
        found.append(entry)
    return found


def _scores_digest(
    created: RunCreated,
    cards: Scorecards,
    contenders: list[ComparedContender],
    pairs: list[ComparedPair],
) -> str:
    """Digest of what was asked, answered and scored: no run id, time, latency or confidence.

    Confidences are left out since their last bits follow from how entries fell into batches; so
    are the scores that are made of them, as log loss: only what passes or fails is in.
    """
    answers = [
        [cards.label(position, index) for index in range(cards.n_entries)]
        for position in range(len(contenders))
    ]
    passing = {used.name for used in created.scorers if is_pass_fail(used.name, used.params)}
    scores = {
        name: np.where(np.isnan(values), None, values).tolist()  # type: ignore[call-overload]  # numpy-stubs know no None here
        for name, values in sorted(cards.scores.items())
        if name in passing
    }
    content: dict[str, object] = {
        "dataset": created.dataset.digest,
        "entries": created.entries,
        "models": [each.digest for each in created.contenders],
        "scorers": [f"{each.name}@{each.version}" for each in created.scorers],
        "answers": hashlib.sha256(json.dumps(answers).encode()).hexdigest(),
        "scores": hashlib.sha256(json.dumps(scores).encode()).hexdigest(),
        "contenders": [each.model_dump(exclude={"run_id"}) for each in contenders],
        "pairs": [each.model_dump() for each in pairs],
    }
    return digest_of(canonical(content))
