"""The interval that every estimate of this package comes with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """A two-sided confidence interval; both limits belong to it."""

    low: float
    """In the unit of the estimate."""
    high: float
    confidence: float
    """Nominal coverage, between 0 and 1; 0.95 is the usual one."""
