"""Exact match: 1 where the answer is the target character for character, blanks around it aside."""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NoParams
from runoff_scoring.scorers.scorer import Scorer
from runoff_scoring.scorers.targets import best
from runoff_scoring.text.structure import NotJson, answered_json, identical_value, same_structure


def score(prediction: Prediction, target: Target, _: NoParams) -> float | str:
    """1.0 or 0.0; of an object, whether the answer is JSON of the same value."""
    if isinstance(target, dict):
        try:
            answered = answered_json(prediction, fenced=False)
        except NotJson:
            return 0.0
        return float(same_structure(answered, target, identical_value))
    answer = (prediction.text or "").strip()
    return best(target, lambda text: float(answer == text.strip()))


SCORER = Scorer.of("exact_match", score)
