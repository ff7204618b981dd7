"""Two accuracies on the same entries: what a comparison of a given size can see at all.

By Connor's formula for McNemar's test, and `EXACT_COSTS` entries more for each difference in n that
is to be seen, since the test that is made is the exact one and that formula is of the uncorrected:
where it promises 80 %, the exact test sees 76 to 79 (summed over all outcomes, as the contract test
does), and with them 80 to 83. The three functions are one formula and agree with each other.

Source: Connor, Biometrics 43 (1987) 207-211, equation 3,
    n = ((z_test √d + z_power √(d - δ²)) / δ)²;
for the entries more, as Casagrande, Pike and Smith, Biometrics 34 (1978) 483-486, have for Fisher's
exact test.
"""

import math

from runoff_statistics.errors import InvalidNumber, NoEntries
from runoff_statistics.solving import normal_cdf, normal_quantile, root
from runoff_statistics.validation import (
    closed_probability,
    open_probability,
    positive_number,
    whole_count,
)

EXACT_COSTS = 2.0
"""By the difference: to see two points the exact test wants 2 / 0.02 = 100 entries more."""


def detectable_difference(
    n: int, discordance: float, *, confidence: float = 0.95, power: float = 0.8
) -> float | None:
    """The smallest difference of two accuracies that n shared entries are likely to show.

    For the exact two-sided McNemar test. It plans a comparison: the discordance is what one
    expects, and an observed one is the best guess for the next run. It is no second opinion
    on a test that has already been made.

    Args:
        n: Entries that both models answer, at least 1.
        discordance: Share of entries that exactly one of the two gets right, from 0 to 1.
        confidence: 1 minus the level of the test, above 0 and below 1.
        power: Chance of a significant result at that difference, above 0.5 and below 1.

    Returns:
        A difference above 0 and at most `discordance`, which no difference can exceed; None
        when not even that one would be seen with this power.

    Raises:
        NoEntries: n is 0.
        InvalidCount: n is negative or not whole.
        InvalidProbability: Another argument is NaN or out of range.
    """
    n = whole_count("n", n)
    discordance = closed_probability("discordance", discordance)
    confidence = open_probability("confidence", confidence)
    power = open_probability("power", power, above=0.5)
    if n == 0:
        raise NoEntries("a detectable difference")
    if discordance == 0:
        return None
    z_test = -normal_quantile((1 - confidence) / 2)
    if _power(n, discordance, discordance, z_test) < power:
        return None
    least = min(EXACT_COSTS / n, discordance)
    return root(lambda each: _power(n, each, discordance, z_test) - power, least, discordance)


def power_of_proportions(
    n: int, difference: float, discordance: float, *, confidence: float = 0.95
) -> float:
    """Chance that McNemar's test on n entries sees this difference of two accuracies.

    The same approximation as `detectable_difference`: there the power is the one asked for.

    Args:
        n: Entries that both models answer, at least 1.
        difference: True difference, above 0 and at most the discordance (its sign is no matter).
        discordance: Share of entries that exactly one of the two gets right, above 0 to 1.
        confidence: 1 minus the level of the test, above 0 and below 1.

    Raises:
        NoEntries: n is 0.
        InvalidCount: n is negative or not whole.
        InvalidNumber: The difference is not above 0, or beyond the discordance.
        InvalidProbability: Another argument is NaN or out of range.
    """
    n = whole_count("n", n)
    difference, discordance = _effect(difference, discordance)
    z_test = -normal_quantile((1 - open_probability("confidence", confidence)) / 2)
    if n == 0:
        raise NoEntries("a power")
    return _power(n, difference, discordance, z_test)


def _power(n: int, difference: float, discordance: float, z_test: float) -> float:
    left = max(n - EXACT_COSTS / difference, 0.0)
    distance = difference * math.sqrt(left) - z_test * math.sqrt(discordance)
    spread = math.sqrt(max(discordance - difference**2, 0.0))
    if spread == 0:  # A is right and B wrong on every entry
        return 1.0 if distance >= 0 else 0.0
    return normal_cdf(distance / spread)


def entries_for_proportions(
    difference: float, discordance: float, *, confidence: float = 0.95, power: float = 0.8
) -> int:
    """Fewest shared entries that show this difference of two accuracies with this power.

    Args:
        difference: Wanted, above 0 and at most the discordance: 0.02 for two points.
        discordance: Share of entries that exactly one of the two gets right, above 0 to 1; at
            least the difference. A guess from an earlier run; the number grows with it.
        confidence: 1 minus the level of the test, above 0 and below 1.
        power: Chance of a significant result, above 0.5 and below 1.

    Raises:
        InvalidNumber: The difference is not above 0, or beyond the discordance.
        InvalidProbability: Another argument is NaN or out of range.
    """
    difference, discordance = _effect(difference, discordance)
    z_test = -normal_quantile((1 - open_probability("confidence", confidence)) / 2)
    z_power = normal_quantile(open_probability("power", power, above=0.5))
    spread = math.sqrt(max(discordance - difference**2, 0.0))
    uncorrected = ((z_test * math.sqrt(discordance) + z_power * spread) / difference) ** 2
    return math.ceil(uncorrected + EXACT_COSTS / difference)


def _effect(difference: float, discordance: float) -> tuple[float, float]:
    difference = positive_number("difference", difference)
    discordance = closed_probability("discordance", discordance)
    if difference > discordance:
        raise InvalidNumber(
            "difference", difference, allowed=f"at most {discordance:g}, the discordance"
        )
    return difference, discordance
