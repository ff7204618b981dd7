"""Brier score: squared distance of the probabilities from certainty about the target.

The sum over all labels of (probability - 1 for the target, probability - 0 for others) squared,
from 0 to 2, as Brier defined it (Verification of forecasts expressed in terms of probability,
Monthly Weather Review 78, 1950). `sklearn.metrics.brier_score_loss` gives the same with
`scale_by_half=False`; for two labels its default is half of it.
"""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NoParams
from runoff_scoring.scorers.probabilities import (
    CUT_OFF,
    NO_DISTRIBUTION,
    NOT_GIVEN,
    Coverage,
    coverage,
)
from runoff_scoring.scorers.scorer import Scorer


def score(prediction: Prediction, target: Target, _: NoParams) -> float | str:
    """From 0 to 2."""
    listed = prediction.probabilities
    if not listed:
        return NOT_GIVEN
    match coverage(listed):
        case Coverage.NONE:
            return NO_DISTRIBUTION
        case Coverage.PART:
            return CUT_OFF
    others = sum(given * given for label, given in listed.items() if label != target)
    return others + (1.0 - listed.get(str(target), 0.0)) ** 2


SCORER = Scorer.of("brier", score)
