"""Precision of one image: the share of answered boxes that match a target."""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import MatchParams
from runoff_scoring.scorers.matching import match
from runoff_scoring.scorers.scorer import Scorer


def score(prediction: Prediction, target: Target, params: MatchParams) -> float | str:
    """From 0 to 1."""
    matched = match(prediction, target, params)
    if isinstance(matched, str):
        return matched
    n_answered = matched.n_found + matched.n_left_over
    return matched.n_found / n_answered if n_answered else "no box was answered"


SCORER = Scorer.of("precision", score)
