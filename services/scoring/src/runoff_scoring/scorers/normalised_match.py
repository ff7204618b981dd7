"""Normalised match: 1 where answer and target are equal but for case, articles and punctuation.

Two numbers are compared by value. `runoff_scoring.text.words` says what is normalised, and
whence; it is the exact match of the SQuAD evaluation but for what is said there.
"""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NoParams
from runoff_scoring.scorers.scorer import Scorer
from runoff_scoring.scorers.targets import best
from runoff_scoring.text.structure import (
    NotJson,
    answered_json,
    meaning,
    same_structure,
    same_value,
)


def score(prediction: Prediction, target: Target, _: NoParams) -> float | str:
    """1.0 or 0.0; of an object, whether all of its values match and there are no others."""
    if isinstance(target, dict):
        try:
            answered = answered_json(prediction, fenced=True)
        except NotJson:
            return 0.0
        return float(same_structure(answered, target, same_value))
    said = meaning(prediction.text or "")
    return best(target, lambda text: float(said == meaning(text)))


SCORER = Scorer.of("normalised_match", score)
