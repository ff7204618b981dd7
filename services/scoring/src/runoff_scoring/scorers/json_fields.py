"""JSON fields: the share of the target object's values that the answer has at the same place.

Every value inside the target counts once, however deep: `{"a": {"b": 1, "c": [2, 3]}}` has three.
Texts are compared by their normalised words and numbers by value. What the answer has besides
costs nothing; `json_valid` with `additionalProperties: false` is there for that.
"""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NoParams
from runoff_scoring.scorers.scorer import Scorer
from runoff_scoring.text.structure import NotJson, answered_json, leaves, same_value


def score(prediction: Prediction, target: Target, _: NoParams) -> float | str:
    """From 0 to 1; 0 for an answer that is no JSON; not scored where the target is no object."""
    if not isinstance(target, dict):
        return "the target is no object"
    try:
        answer = answered_json(prediction, fenced=True)
    except NotJson:
        return 0.0
    answered = dict(leaves(answer))
    same = [
        path in answered and same_value(answered[path], wanted) for path, wanted in leaves(target)
    ]
    return sum(same) / len(same)


SCORER = Scorer.of("json_fields", score)
