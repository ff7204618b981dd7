"""From processed entries to scored ones: a pure function, so that a run can be scored again."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from runoff_contracts.events.entry import EntryProcessed, EntryScored, Score
from runoff_scoring.difference import confidence_difference, label_difference
from runoff_scoring.scorers import ReadyScorer


def score_entry(entry: EntryProcessed, scorers: Sequence[ReadyScorer]) -> EntryScored:
    """Every contender's scores for an entry, and how far the contenders disagree on it."""
    scores = []
    for scorer in scorers:
        for prediction in entry.predictions:
            scored = scorer(prediction, entry.target)
            scores.append(_score(prediction.contender, scorer.name, scored.value, scored.reason))
    return EntryScored(
        run_id=entry.run_id,
        index=entry.index,
        entry_id=entry.entry_id,
        target=entry.target,
        scores=scores,
        answers=[prediction.words for prediction in entry.predictions],
        difference=label_difference(entry.predictions),
        confidence_difference=confidence_difference(entry.predictions),
    )


def score_slice(
    entries: Iterable[EntryProcessed], scorers: Sequence[ReadyScorer]
) -> list[tuple[str, EntryScored]]:
    """Event id and event for each entry; the ids are the same whenever this is done again."""
    return [
        (f"{entry.run_id}:{entry.index}:scored:1", score_entry(entry, scorers)) for entry in entries
    ]


@lru_cache(maxsize=1024)
def _score(contender: int, scorer: str, value: float | None, reason: str | None) -> Score:
    """Frozen, and mostly one of a handful: making each anew was a third of the time."""
    return Score(contender=contender, scorer=scorer, value=value, reason=reason)
