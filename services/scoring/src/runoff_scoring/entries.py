"""From processed entries to scored ones: a pure function, so that a run can be scored again."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from runoff_contracts.events.entry import EntryProcessed, EntryScored, Judgement, Score
from runoff_contracts.scorers import WithinParams
from runoff_scoring.difference import WITHIN_PX, confidence_difference, difference
from runoff_scoring.judge.tally import same_meaning
from runoff_scoring.scorers import ReadyScorer


def score_entry(entry: EntryProcessed, scorers: Sequence[ReadyScorer]) -> EntryScored:
    """Every contender's scores for an entry, and how far the contenders disagree on it."""
    scores = []
    judgements = {each.scorer: each for each in entry.judgements or ()}
    for scorer in scorers:
        name = scorer.name
        judgement = judgements.get(name)
        for prediction in entry.predictions:
            value, reason = scorer(prediction, entry.target, entry.metadata, judgement)
            scores.append(_score(prediction.contender, name, value, reason))
    # Made of what was checked: the entry when it was read, the scores by `_score`.
    return EntryScored.trusted(
        run_id=entry.run_id,
        index=entry.index,
        entry_id=entry.entry_id,
        target=entry.target,
        scores=scores,
        answers=[prediction.words for prediction in entry.predictions],
        difference=difference(
            entry.predictions,
            within_px=_within_px(scorers),
            same=_same_meaning(judgements.values()),
        ),
        confidence_difference=confidence_difference(entry.predictions),
    )


def score_slice(
    entries: Iterable[EntryProcessed], scorers: Sequence[ReadyScorer]
) -> list[tuple[str, EntryScored]]:
    """Event id and event for each entry; the ids are the same whenever this is done again."""
    return [
        (f"{entry.run_id}:{entry.index}:scored:1", score_entry(entry, scorers)) for entry in entries
    ]


def _same_meaning(judgements: Iterable[Judgement]) -> Mapping[tuple[int, int], bool]:
    """What judges of pairs say of which contenders mean the same."""
    return {
        pair: is_same
        for each in judgements
        if each.pairs
        for pair, is_same in same_meaning(each).items()
    }


def _within_px(scorers: Sequence[ReadyScorer]) -> float:
    """Points that a run takes for right are close enough to be one answer."""
    for scorer in scorers:
        if isinstance(scorer.params, WithinParams):
            return scorer.params.px
    return WITHIN_PX


@lru_cache(maxsize=1024)
def _score(contender: int, scorer: str, value: float | None, reason: str | None) -> Score:
    """Frozen, and mostly one of a handful: making each anew was a third of the time."""
    return Score(contender=contender, scorer=scorer, value=value, reason=reason)
