"""What an interval and a test come back as.

Where a number does not exist (no spread, too few entries), it is None and `reason` says why in
words that can be shown; it is never NaN and never a number that stands for something else.
"""

from dataclasses import dataclass

from runoff_statistics.interval import Interval


@dataclass(frozen=True)
class Estimate:
    """A quantity with its interval."""

    estimate: float | None
    """In the unit of the scores that went in, unless the function says otherwise."""
    interval: Interval | None
    method: str
    """The method's name for the document, such as 'paired t'; the interval has the confidence."""
    n: int
    """Entries (or pairs of answers) that went in."""
    reason: str | None = None
    """Why the estimate or the interval is None."""


@dataclass(frozen=True)
class Significance:
    """A two-sided test, unless the function says otherwise."""

    p_value: float | None
    """From 0 to 1."""
    statistic: float | None
    method: str
    n: int
    """Entries (or pairs of answers) that went in."""
    reason: str | None = None
    """Why the p-value is None."""
