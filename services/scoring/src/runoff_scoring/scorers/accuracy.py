"""Accuracy: 1 where the label is the target, 0 where it is another."""

from pydantic import BaseModel

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_scoring.scorers.scorer import Scorer


def score(prediction: Prediction, target: Target, _: BaseModel) -> float | str:
    """1.0 or 0.0; in words why not, where there is no target or no answer."""
    if target is None:
        return "no target"
    if prediction.label is None:
        return "no answer"
    return float(prediction.label == target)


SCORER = Scorer(
    name="accuracy",
    version=1,
    tasks=frozenset({"classification"}),
    higher_is_better=True,
    score=score,
    is_pass_fail=True,
)
