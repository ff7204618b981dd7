"""Top-k accuracy: 1 where the target is among the k likeliest labels.

Of labels that are equally likely, the one that the model listed first comes first.
"""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import TopKParams
from runoff_scoring.scorers.probabilities import CUT_OFF, NOT_GIVEN, Coverage, coverage
from runoff_scoring.scorers.scorer import Scorer


def score(prediction: Prediction, target: Target, params: TopKParams) -> float | str:
    """1.0 or 0.0."""
    listed = prediction.probabilities
    if not listed:
        # The label alone would tell the hits only, so the misses would go uncounted.
        return float(prediction.label == target) if params.k == 1 else NOT_GIVEN
    if len(listed) < params.k and coverage(listed) is Coverage.PART:
        return CUT_OFF
    likeliest = sorted(listed, key=lambda label: -listed[label])
    return float(target in likeliest[: params.k])


SCORER = Scorer.of("top_k", score)
