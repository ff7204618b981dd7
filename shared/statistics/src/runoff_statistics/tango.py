"""Tango's score interval for the difference of two paired proportions.

To be asked for by name. It follows McNemar's test without correction: it leaves out 0 exactly where
that one rejects, which the exact test sometimes does not; and it holds 93 to 99 % where it promises
95 (`melded` has the figures, and is what a document takes).

Source: Tango, Statistics in Medicine 17 (1998) 891-908, equations 24 to 26.
"""

import math

from runoff_statistics.interval import Interval
from runoff_statistics.solving import normal_quantile, root


def score_interval(only_a: int, only_b: int, n: int, confidence: float) -> Interval:
    """Every difference that the score test does not reject, within -1 to 1.

    Args:
        only_a: Entries that only A got right, at least 0.
        only_b: Entries that only B got right, at least 0; with only_a at most n.
        n: All entries, at least 1.
        confidence: Nominal coverage, above 0 and below 1.
    """
    z = -normal_quantile((1 - confidence) / 2)
    # The lower limit is the mirrored upper one: swapping the models only changes the sign.
    return Interval(
        low=-_upper_limit(only_b, only_a, n, z),
        high=_upper_limit(only_a, only_b, n, z),
        confidence=confidence,
    )


def _upper_limit(only_a: int, only_b: int, n: int, z: float) -> float:
    """The root of the score equation above the estimate.

    In the three tables without any variance the estimate itself solves the equation; the
    limit is the other root, which then has a closed form.
    """
    if only_a == n:
        return 1.0
    if only_b == n:
        return (z**2 - n) / (z**2 + n)
    if only_a + only_b == 0:
        return z**2 / (z**2 + n)

    def excess(difference: float) -> float:
        spread = math.sqrt(n * _variance(only_a, only_b, n, difference))
        return only_a - only_b - n * difference + z * spread

    return root(excess, (only_a - only_b) / n, 1.0)


def _variance(only_a: int, only_b: int, n: int, difference: float) -> float:
    """Variance of one entry's difference under the hypothesis, at the constrained estimate.

    The chance that only B is right is estimated by maximum likelihood given the difference:
    the larger root q of 2n q² + linear q + constant = 0.
    """
    linear = (2 * n - only_a + only_b) * difference - only_a - only_b
    constant = -only_b * difference * (1 - difference)
    under = math.sqrt(max(linear**2 - 8 * n * constant, 0.0))
    # Two forms of one root: each is used where it does not subtract nearly equal numbers.
    q = -2 * constant / (under + linear) if linear > 0 else (under - linear) / (4 * n)
    return max(2 * q + difference * (1 - difference), 0.0)
