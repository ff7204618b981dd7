"""The more careful of two: of a method that was asked for by name, and of the usual one, its guard.

A method that holds 95 % only on many or harmless scores cannot be told from one that holds by
looking at the sample (decision page 0041). So what is asked for is never used in place of the
guard, but together with it: an interval that reaches to the outer limits of both holds the truth
whenever the guard's does, and the greater of two p-values is at most alpha only where the guard's
is. So what the guard promises is kept, whatever was asked for (decision page 0043).
"""

from runoff_statistics.interval import Interval
from runoff_statistics.results import Estimate, Significance


def more_careful_interval(usual: Estimate, asked: Estimate, method: str) -> Estimate:
    """The usual estimate, with an interval from the lower of the two low limits to the higher high.

    Where the usual method has no interval, none is shown and its reason stands: nothing holds the
    other to anything. Where the asked one has none, it takes nothing away from the usual one.

    Args:
        usual: Of the guard.
        asked: Of the same difference, with the same confidence.
        method: Name of both together.
    """
    interval = usual.interval
    if interval is not None and asked.interval is not None:
        interval = Interval(
            low=min(interval.low, asked.interval.low),
            high=max(interval.high, asked.interval.high),
            confidence=interval.confidence,
        )
    return Estimate(usual.estimate, interval, method, usual.n, usual.reason)


def more_careful_test(usual: Significance, asked: Significance) -> Significance:
    """The one whose p is the greater; the usual one where that is both, or where one has no p."""
    if usual.p_value is None or asked.p_value is None or asked.p_value <= usual.p_value:
        return usual
    return asked
