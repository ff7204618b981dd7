"""Similarity: the share of characters that answer and target have in common, in order.

2 LCS(a, b) / (len(a) + len(b)) over the normalised texts, LCS being the length of their longest
common subsequence: rapidfuzz's normalised Indel similarity, which needs no model.

Source: Hyyrö, Bit-parallel LCS-length computation revisited (2004), which rapidfuzz implements.
"""

from rapidfuzz.distance import Indel

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import NoParams
from runoff_scoring.scorers.scorer import Scorer
from runoff_scoring.scorers.targets import best
from runoff_scoring.text.words import normalised

MOST_CHARACTERS = 10_000
"""Of each text; the time grows with the product of the two lengths, to 20 ms at this one."""


def score(prediction: Prediction, target: Target, _: NoParams) -> float | str:
    """From 0 to 1, against the target that suits best; of long texts over their beginnings."""
    answered = normalised(prediction.text or "")
    return best(target, lambda text: _similarity(answered, normalised(text)))


def _similarity(answered: str, wanted: str) -> float:
    return Indel.normalized_similarity(answered[:MOST_CHARACTERS], wanted[:MOST_CHARACTERS])


SCORER = Scorer.of("similarity", score)
