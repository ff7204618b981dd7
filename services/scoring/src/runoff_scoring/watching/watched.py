"""What a run's first entries say of its models: anytime-valid, pair by pair."""

import numpy as np

from runoff_contracts.sequential import Decided, WatchedPair, WatchedRun
from runoff_scoring.watching.evidence import Ordered, Question, Values
from runoff_scoring.watching.words import sentence
from runoff_statistics.sequential import METHOD, AnytimeDifference


class Watch:
    """One run under watch. The same entries give the same words, however they were cut."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.ordered = Ordered()
        # Half of alpha for two pairs and so on: then all intervals hold together (Bonferroni).
        confidence = 1 - question.alpha / len(question.pairs)
        self._pairs = [
            AnytimeDifference(largest=question.largest, confidence=confidence)
            for _ in question.pairs
        ]

    def look(self) -> WatchedRun | None:
        """What may be said by now; none where nothing came since the last look.

        Takes some 0.1 s a pair after a million entries.
        """
        values = self.ordered.take()
        if values is None:
            return None
        for (a, b), pair in zip(self.question.pairs, self._pairs, strict=True):
            pair.update(_differences(values, a, b, largest=self.question.largest))
        return self._said()

    def _said(self) -> WatchedRun:
        asked = self.question
        pairs = [
            _pair(places, pair, asked)
            for places, pair in zip(asked.pairs, self._pairs, strict=True)
        ]
        enough = asked.shuffled and self.ordered.n >= asked.min_entries
        watched = WatchedRun(
            run_id=asked.created.run_id,
            models=asked.models,
            n=self.ordered.n,
            n_entries=asked.created.n_entries,
            metric=asked.metric,
            higher_is_better=asked.higher_is_better,
            margin=asked.margin,
            confidence=1 - asked.alpha,
            method=METHOD,
            shuffled=asked.shuffled,
            pairs=pairs,
            decided=enough and all(each.decided is not None for each in pairs),
            sentence="",
        )
        return watched.model_copy(update={"sentence": sentence(watched)})


def _differences(values: Values, a: int, b: int, *, largest: float) -> Values:
    """Of the entries that both have a score for; a scorer's rounding is not beyond its bounds."""
    differences: Values = values[a] - values[b]
    known: Values = differences[~np.isnan(differences)]
    return known.clip(-largest, largest)


def _pair(places: tuple[int, int], pair: AnytimeDifference, asked: Question) -> WatchedPair:
    estimate = pair.interval()
    found = estimate.interval
    return WatchedPair(
        a=places[0],
        b=places[1],
        n_both=pair.n,
        difference=estimate.estimate,
        interval=None if found is None else (found.low, found.high),
        p_value=pair.test().p_value,
        decided=_decided(pair, asked),
    )


def _decided(pair: AnytimeDifference, asked: Question) -> Decided | None:
    margin = asked.margin if asked.margin and asked.margin < asked.largest else None
    decision = pair.decision(margin)
    if decision in {None, "equivalent"} or asked.higher_is_better:
        return decision
    return "b_better" if decision == "a_better" else "a_better"
