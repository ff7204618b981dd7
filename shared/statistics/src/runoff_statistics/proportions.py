"""One proportion, such as the accuracy of one model."""

import math

from runoff_statistics.errors import NoEntries
from runoff_statistics.interval import Interval
from runoff_statistics.solving import normal_quantile
from runoff_statistics.validation import open_probability, whole_count


def wilson_interval(n_correct: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson score interval for a proportion, without continuity correction.

    It stays within 0 to 1 and keeps a width when all or none are correct, where the
    textbook interval (estimate plus or minus 1.96 standard errors) shrinks to nothing.

    Args:
        n_correct: Correct entries, from 0 to n.
        n: Entries that were answered, at least 1.
        confidence: Nominal coverage, above 0 and below 1.

    Raises:
        NoEntries: n is 0.
        InvalidCount: A count is negative or not whole, or n_correct is more than n.
        InvalidProbability: The confidence is out of range.

    Source: Wilson, Journal of the American Statistical Association 22 (1927) 209-212;
        recommended by Newcombe, Statistics in Medicine 17 (1998) 857-872, method 3.
    """
    n = whole_count("n", n)
    n_correct = whole_count("n_correct", n_correct, at_most=n)
    confidence = open_probability("confidence", confidence)
    if n == 0:
        raise NoEntries("a proportion")
    z = -normal_quantile((1 - confidence) / 2)
    return Interval(
        low=_wilson_low(n_correct, n, z),
        # Counting wrong answers mirrors the interval, to the last bit.
        high=1 - _wilson_low(n - n_correct, n, z),
        confidence=confidence,
    )


def _wilson_low(n_correct: int, n: int, z: float) -> float:
    """The lower limit; at most the estimate, which rounding could pass by one bit."""
    share = n_correct / n
    spread = z * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    low = (share + z**2 / (2 * n) - spread) / (1 + z**2 / n)
    return min(max(low, 0.0), share) if n_correct else 0.0
