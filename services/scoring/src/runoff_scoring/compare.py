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
from runoff_contracts.events.lifecycle import RunCreated
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

MEASURE = "accuracy"
TEST = "exact McNemar, two-sided"
INTERVAL = "Tango score interval for a paired difference, 95 %"
ALPHA = 0.05
MAX_LISTED_BYTES = 600_000
"""Of the listed entries together: the document travels as one event, which may hold 1 MiB."""


def compare(created: RunCreated, cards: Scorecards) -> ComparisonDocument:
    """Everything that is said of how a run's contenders differ.

    Raises:
        NotComparable: With fewer than two contenders.
    """
    if len(created.contenders) < 2:
        raise NotComparable(
            "one-contender",
            "A comparison needs two contenders",
            status=422,
            detail="launch a run with two models or more",
        )
    contenders = [_contender(created, cards, each.position) for each in created.contenders]
    pairs = _pairs(cards, len(contenders))
    disputed = np.flatnonzero(cards.difference > 0)
    return ComparisonDocument(
        scores_digest=_scores_digest(created, cards, contenders, pairs),
        task=created.task,
        dataset=created.dataset.dataset,
        dataset_digest=created.dataset.digest,
        entries_digest=created.entries,
        scorers=[f"{each.name}@{each.version}" for each in created.scorers],
        contenders=contenders,
        pairs=pairs,
        n_entries=created.n_entries,
        n_disagree=len(disputed),
        disagreeing=_most_disputed(cards, disputed),
        verdict=verdict(contenders, pairs),
    )


def _contender(created: RunCreated, cards: Scorecards, position: int) -> ComparedContender:
    values = cards.scores[MEASURE][position]
    scored = ~np.isnan(values)
    n, n_correct = int(scored.sum()), int(np.nansum(values))
    interval = wilson_interval(n_correct, n) if n else None
    contender = created.contenders[position]
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


def _pairs(cards: Scorecards, n_contenders: int) -> list[ComparedPair]:
    bare = [_pair(cards, a, b) for a, b in itertools.combinations(range(n_contenders), 2)]
    tested = [pair for pair in bare if pair.p_value is not None]
    adjusted = holm([pair.p_value for pair in tested if pair.p_value is not None])
    decided = {
        (pair.a, pair.b): pair.model_copy(
            update={"p_adjusted": float(p), "outcome": _outcome(pair, float(p))}
        )
        for pair, p in zip(tested, adjusted, strict=True)
    }
    return [decided.get((pair.a, pair.b), pair) for pair in bare]


def _pair(cards: Scorecards, a: int, b: int) -> ComparedPair:
    values = cards.scores[MEASURE]
    both = ~np.isnan(values[a]) & ~np.isnan(values[b])
    answered = (cards.answers[a] >= 0) & (cards.answers[b] >= 0)
    n_disagree = int((answered & (cards.answers[a] != cards.answers[b])).sum())
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
        n_disagree=n_disagree,
        difference=shared.estimate if shared else None,
        interval=(shared.interval.low, shared.interval.high) if shared else None,
        p_value=mcnemar_p_value(table) if shared else None,
        p_adjusted=None,
        test=TEST,
        interval_method=INTERVAL,
        outcome="nothing_shared",
    )


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
            target=cards.targets[index],
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

    Confidences are left out since their last bits follow from how entries fell into batches.
    """
    answers = [
        [cards.label(position, index) for index in range(cards.n_entries)]
        for position in range(len(contenders))
    ]
    scores = {
        name: np.where(np.isnan(values), None, values).tolist()  # type: ignore[call-overload]  # numpy-stubs know no None here
        for name, values in sorted(cards.scores.items())
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
