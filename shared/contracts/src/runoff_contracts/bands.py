"""Words for how far apart the contenders' confidences are: one place, so that all say the same."""

from typing import Literal

Band = Literal["low", "medium", "high"]
MEDIUM_FROM = 0.10
HIGH_ABOVE = 0.30
_DIGITS = 9
"""0.4 - 0.1 is a little more than 0.3 to a computer, and not to a reader."""


def band(confidence_difference: float) -> Band:
    """`low` under 0.10, `medium` from 0.10 to 0.30, `high` above.

    Args:
        confidence_difference: Largest minus smallest confidence on an entry, from 0 to 1.
    """
    value = round(confidence_difference, _DIGITS)
    if value < MEDIUM_FROM:
        return "low"
    return "medium" if value <= HIGH_ABOVE else "high"
