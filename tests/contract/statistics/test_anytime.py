"""The anytime-valid interval against its paper's formulas, written down one entry at a time."""

import math

import numpy as np
import pytest

from runoff_statistics import AnytimeDifference


def log_purses(values: list[float], mean: float, alpha: float) -> tuple[float, float]:
    """Waudby-Smith and Ramdas 2024, section 4: log capital of the bets on more and on less."""
    more = less = total = squares = 0.0
    variance = 0.25
    for t, x in enumerate(values, start=1):
        bet = min(math.sqrt(2 * math.log(2 / alpha) / (variance * t * math.log(1 + t))), 0.5)
        more += math.log(1 + bet * (x - mean))
        less += math.log(1 - bet * (x - mean))
        total += x
        squares += (x - (0.5 + total) / (t + 1)) ** 2
        variance = (0.25 + squares) / (t + 1)
    return more, less


@pytest.mark.parametrize("confidence", [0.9, 0.95])
@pytest.mark.parametrize("n", [40, 900])
def test_at_each_limit_one_purse_is_full(n: int, confidence: float) -> None:
    """The limits are where the capital is 2 / alpha, computed by the paper's own recursion."""
    given = np.random.default_rng(n).choice([1.0, 0.0, -1.0], p=[0.5, 0.4, 0.1], size=n)
    watched = AnytimeDifference(confidence=confidence)
    watched.update(given)

    interval = watched.interval().interval

    assert interval is not None
    values, alpha = ((given + 1) / 2).tolist(), 1 - confidence
    assert interval.low > -1
    more, _ = log_purses(values, (interval.low + 1) / 2, alpha)
    assert more == pytest.approx(math.log(2 / alpha), abs=1e-9)
    if interval.high < 1:
        _, less = log_purses(values, (interval.high + 1) / 2, alpha)
        assert less == pytest.approx(math.log(2 / alpha), abs=1e-9)


def test_the_e_value_is_half_of_the_larger_purse_at_its_greatest() -> None:
    """At no difference, which is 1/2 on the paper's scale."""
    given = np.random.default_rng(2).choice([1.0, 0.0, -1.0], p=[0.3, 0.6, 0.1], size=60)
    watched = AnytimeDifference()
    watched.update(given)

    values = ((given + 1) / 2).tolist()
    purses = [max(log_purses(values[:n], 0.5, 0.05)) for n in range(len(values) + 1)]
    e_value = math.exp(max(purses)) / 2
    found = watched.test()
    assert found.statistic == pytest.approx(e_value, rel=1e-9)
    assert found.p_value == pytest.approx(min(1, 1 / e_value), rel=1e-9)
