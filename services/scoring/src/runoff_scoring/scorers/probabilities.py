"""What the listed probabilities of an answer allow to be said."""

from collections.abc import Mapping
from enum import Enum

N_LISTED = 10
"""Labels that are kept of an answer, the likeliest ones (`Prediction.probabilities`)."""
SUM_TOLERANCE = 1e-3
"""Probabilities that were rounded to three digits still count as a whole distribution."""


class Coverage(Enum):
    """How much of a distribution is listed."""

    WHOLE = "whole"
    """They sum to 1, so whatever is not listed has no probability worth counting."""
    PART = "part"
    """They sum to less: other labels were cut off, or not given."""
    NONE = "none"
    """They sum to more, as those of independent labels do: not probabilities of one answer."""


def coverage(probabilities: Mapping[str, float]) -> Coverage:
    """What the sum says."""
    total = sum(probabilities.values())
    if total > 1 + SUM_TOLERANCE:
        return Coverage.NONE
    return Coverage.PART if total < 1 - SUM_TOLERANCE else Coverage.WHOLE


NOT_GIVEN = "the model gives no probabilities"
NO_DISTRIBUTION = "the probabilities sum to more than 1"
CUT_OFF = "the listed probabilities do not sum to 1: labels are missing"
TARGET_NOT_LISTED = "the target is not among the listed labels, and more labels may exist"
