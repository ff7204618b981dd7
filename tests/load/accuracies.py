"""The paired difference of two accuracies: coverage summed over all outcomes, without any luck.

A part of `calibration`. Of n entries only A is right on x and only B on y: so few outcomes that the
share of the intervals that hold the truth is a sum and no simulation.
"""

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from runoff_statistics import (
    Estimate,
    Interval,
    PairedTable,
    mcnemar_p_value,
    more_careful_interval,
)
from runoff_statistics.melded import melded_interval
from runoff_statistics.tango import score_interval
from tests.load.means import BENCH
from tests.load.reporting import Role, report_exact

DISCORDANCES = {
    50: (0.01, 0.02, 0.05, 0.1, 0.2, 0.4),
    200: (0.01, 0.02, 0.05, 0.1, 0.2, 0.4),
    1_000: (0.01, 0.1),
}
SHARES_OF_A = (0.5, 0.6, 0.75, 0.9, 1.0)
"""Of the entries on which the two differ."""
_UNLIKELY = 1e-9
"""Outcomes below are left out; what they would add is beyond the sixth digit."""
Find = Callable[[int, int, int, float], Interval]


def exact_coverage(n: int) -> None:
    """Of the usual interval, of Tango's asked for, and of Tango's alone: least and mean."""
    truths = [(d * s, d * (1 - s)) for d, s in itertools.product(DISCORDANCES[n], SHARES_OF_A)]
    x, y = _outcomes(n, truths)
    chances = [_chance(n, x, y, *truth) for truth in truths]
    melded, tango = (_intervals(find, n, x, y) for find in (melded_interval, score_interval))
    both = [_more_careful(*each, n) for each in zip(melded, tango, strict=True)]
    limits: list[tuple[str, Role, NDArray[np.float64]]] = [
        ("melded", "chosen", _limits(melded)),
        ("tango", "asked", _limits(both)),
        ("tango_alone", "alone", _limits(tango)),
    ]
    of_tango = np.diff(_limits(tango), axis=0)[0]
    rejected = np.array(
        [
            mcnemar_p_value(PairedTable(n - a - b, a, b, 0)) <= 0.05
            for a, b in zip(x.tolist(), y.tolist(), strict=True)
        ]
    )
    for name, role, (low, high) in limits:
        shares = []
        for (a, b), chance in zip(truths, chances, strict=True):
            missed = (low > a - b + 1e-12) | (high < a - b - 1e-12)
            shares.append(1 - float(chance[missed].sum()))
        report_exact(
            BENCH,
            f"coverage.{name}.n{n}",
            shares,
            0.95,
            role=role,
            contradicts=float(np.mean(((low > 0) | (high < 0)) != rejected)),
            width_by_tango=float(np.mean([(c @ (high - low)) / (c @ of_tango) for c in chances])),
        )


def _outcomes(
    n: int, truths: list[tuple[float, float]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    x, y = np.divmod(np.arange((n + 1) ** 2), n + 1)
    x, y = x[x + y <= n], y[x + y <= n]
    likely = np.any([_chance(n, x, y, *truth) > _UNLIKELY for truth in truths], axis=0)
    return x[likely], y[likely]


def _chance(
    n: int, x: NDArray[np.int64], y: NDArray[np.int64], only_a: float, only_b: float
) -> NDArray[np.float64]:
    ways = gammaln(n + 1) - gammaln(x + 1) - gammaln(y + 1) - gammaln(n - x - y + 1)
    agreed = xlogy(n - x - y, 1 - only_a - only_b)
    chance: NDArray[np.float64] = np.exp(ways + xlogy(x, only_a) + xlogy(y, only_b) + agreed)
    return chance


def _intervals(find: Find, n: int, x: NDArray[np.int64], y: NDArray[np.int64]) -> list[Interval]:
    return [find(a, b, n, 0.95) for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def _more_careful(usual: Interval, asked: Interval, n: int) -> Interval:
    found = more_careful_interval(
        Estimate(None, usual, "usual", n), Estimate(None, asked, "asked", n), "both"
    ).interval
    assert found is not None
    return found


def _limits(found: list[Interval]) -> NDArray[np.float64]:
    """Shape (2, n_outcomes)."""
    return np.array([[each.low, each.high] for each in found]).T
