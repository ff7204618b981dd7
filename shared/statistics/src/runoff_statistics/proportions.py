"""One proportion, such as the accuracy of one model."""

from scipy.stats import binomtest

from runoff_statistics.errors import NoEntries
from runoff_statistics.interval import Interval
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
    limits = binomtest(n_correct, n).proportion_ci(confidence, method="wilson")
    return Interval(low=float(limits.low), high=float(limits.high), confidence=confidence)
