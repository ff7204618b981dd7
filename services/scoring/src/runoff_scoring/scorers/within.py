"""Whether a point is close enough to its target; its mean is the share within so many pixels."""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import WithinParams
from runoff_scoring.scorers.distance import distance_px
from runoff_scoring.scorers.scorer import Scorer


def score(prediction: Prediction, target: Target, params: WithinParams) -> float | str:
    """1.0 or 0.0; a point that is exactly `px` away counts."""
    distance = distance_px(prediction, target)
    return distance if isinstance(distance, str) else float(distance <= params.px)


SCORER = Scorer.of("within", score)
