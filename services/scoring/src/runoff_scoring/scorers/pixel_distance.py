"""Distance of a point from its target in pixels of the original image."""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NoParams
from runoff_scoring.scorers.distance import distance_px
from runoff_scoring.scorers.scorer import Scorer


def score(prediction: Prediction, target: Target, _: NoParams) -> float | str:
    """From 0 up."""
    return distance_px(prediction, target)


SCORER = Scorer.of("pixel_distance", score)
