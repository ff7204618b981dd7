"""Accuracy: 1 where the label is the target, 0 where it is another."""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NoParams
from runoff_scoring.scorers.scorer import Scorer


def score(prediction: Prediction, target: Target, _: NoParams) -> float:
    """1.0 or 0.0."""
    return float(prediction.label == target)


SCORER = Scorer.of("accuracy", score)
