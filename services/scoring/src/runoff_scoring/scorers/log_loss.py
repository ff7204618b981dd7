"""Log loss: the negative natural logarithm of the probability that the target was given.

As `sklearn.metrics.log_loss` for one sample: the probability is kept at least one float64 epsilon
away from 0 and from 1, so that the worst value is 36.04 and not infinite.
"""

import math
import sys

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NoParams
from runoff_scoring.scorers.probabilities import (
    N_LISTED,
    NO_DISTRIBUTION,
    NOT_GIVEN,
    TARGET_NOT_LISTED,
    Coverage,
    coverage,
)
from runoff_scoring.scorers.scorer import Scorer

_EPSILON = sys.float_info.epsilon


def score(prediction: Prediction, target: Target, _: NoParams) -> float | str:
    """From 0 to 36.04."""
    listed = prediction.probabilities
    if not listed:
        return NOT_GIVEN
    covered = coverage(listed)
    if covered is Coverage.NONE:
        return NO_DISTRIBUTION
    given = listed.get(str(target))
    if given is None:
        # Ten labels that sum to 1 within the tolerance may hide a target of one in a million,
        # whose loss is 14 and not 36: only a shorter whole list says that it is 0.
        if covered is Coverage.PART or len(listed) >= N_LISTED:
            return TARGET_NOT_LISTED
        given = 0.0
    return -math.log(min(max(given, _EPSILON), 1 - _EPSILON))


SCORER = Scorer.of("log_loss", score)
