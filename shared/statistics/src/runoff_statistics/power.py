"""What a comparison of a given size can see at all."""

import math

from scipy.stats import norm

from runoff_statistics.errors import NoEntries
from runoff_statistics.validation import closed_probability, open_probability, whole_count


def detectable_difference(
    n: int, discordance: float, *, confidence: float = 0.95, power: float = 0.8
) -> float | None:
    """The smallest difference of two accuracies that n shared entries are likely to show.

    For McNemar's two-sided test without correction, by the normal approximation; the exact
    test needs slightly more. It plans a comparison: the discordance is what one expects,
    and an observed one is the best guess for the next run. It is no second opinion on a
    test that has already been made.

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

    Source: Connor, Biometrics 43 (1987) 207-211, the sample size formula
        n = ((z_test √d + z_power √(d - δ²)) / δ)², solved for δ.
    """
    n = whole_count("n", n)
    discordance = closed_probability("discordance", discordance)
    confidence = open_probability("confidence", confidence)
    power = open_probability("power", power, above=0.5)
    if n == 0:
        raise NoEntries("a detectable difference")
    z_test = float(norm.isf((1 - confidence) / 2))
    z_power = float(norm.isf(1 - power))
    under_root = n + z_power**2 - z_test**2
    if under_root < 0 or discordance == 0:
        return None
    per_root_discordance = (z_test * math.sqrt(n) + z_power * math.sqrt(under_root)) / (
        n + z_power**2
    )
    difference = math.sqrt(discordance) * per_root_discordance
    return difference if difference <= discordance else None
