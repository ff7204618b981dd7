"""Whether an image was detected without a fault: every target found, and nothing else answered."""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import MatchParams
from runoff_scoring.scorers.matching import match
from runoff_scoring.scorers.scorer import Scorer


def score(prediction: Prediction, target: Target, params: MatchParams) -> float | str:
    """1.0 or 0.0; an empty answer to an image without targets is faultless."""
    matched = match(prediction, target, params)
    if isinstance(matched, str):
        return matched
    return float(matched.n_left_over == 0 and matched.n_missed == 0)


SCORER = Scorer.of("found_all", score)
