"""Accuracy: 1 where the label is the target, 0 where it is another."""

from runoff_contracts.events.entry import Prediction

VERSION = 1


def score(prediction: Prediction, target: str | None) -> float | str:
    """1.0 or 0.0; in words why not, where there is no target or no answer."""
    if target is None:
        return "no target"
    if prediction.label is None:
        return "no answer"
    return float(prediction.label == target)
