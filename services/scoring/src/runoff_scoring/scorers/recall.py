"""Recall of one image: the share of its target boxes that were found."""

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
    n_wanted = matched.n_found + matched.n_missed
    return matched.n_found / n_wanted if n_wanted else "the image has no target boxes"


SCORER = Scorer.of("recall", score)
