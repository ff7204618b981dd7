"""F1 of one image: the harmonic mean of its precision and its recall."""

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
    n_both = 2 * matched.n_found + matched.n_left_over + matched.n_missed
    return 2 * matched.n_found / n_both if n_both else "no target boxes, and none were answered"


SCORER = Scorer.of("f1", score)
