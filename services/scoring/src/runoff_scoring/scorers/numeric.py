"""Numeric: 1 where the number that an answer comes to is the target's, within a tolerance.

An answer that is a number and nothing else is that number. Of a longer one the last number counts
unless the run says `pick: first`: whoever reasons aloud ends with the result, which is how answers
to GSM8K are read (Cobbe et al. 2021, arXiv:2110.14168).
"""

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NumericParams
from runoff_scoring.scorers.scorer import Scorer
from runoff_scoring.scorers.targets import OBJECT, texts
from runoff_scoring.text.numbers import close, picked_number


def score(prediction: Prediction, target: Target, params: NumericParams) -> float | str:
    """1.0 or 0.0: one of the targets has to be met. An answer without a number is wrong."""
    if isinstance(target, dict):
        return OBJECT
    wanted = [found for text in texts(target) if (found := picked_number(text, "last")) is not None]
    if not wanted:
        return "the target holds no number"
    answered = picked_number(prediction.text or "", params.pick)
    if answered is None:
        return 0.0
    return float(
        any(
            close(answered, each, tolerance=params.tolerance, relative=params.relative)
            for each in wanted
        )
    )


SCORER = Scorer.of("numeric", score)
