"""Worked examples that others have printed, to the digits that they printed."""

import pytest

from runoff_statistics import PairedTable, mcnemar_p_value, wilson_interval
from runoff_statistics.tango import score_interval


@pytest.mark.parametrize(
    ("cells", "confidence", "low", "high", "decimals"),
    [
        # Tango 1998, section 6.1: two ways to disinfect soft contact lenses.
        ((43, 0, 1, 0), 0.90, -0.096, 0.037, 3),
        # Agresti and Min, Statistics in Medicine 24 (2005) 729-740.
        ((53, 16, 8, 9), 0.95, -0.020, 0.207, 3),
        # Fagerland, Lydersen and Laake 2014, table II: airways before and after a transplant.
        ((1, 1, 7, 12), 0.95, -0.517, -0.026, 3),
        # Tang, Li and Tang, Statistics in Medicine 29 (2010) 46-62.
        ((8, 3, 1, 2), 0.95, -0.1670, 0.4327, 4),
        # Chang and others, Journal of Applied Statistics 51 (2024) 139-152.
        ((7, 25, 2, 68), 0.95, 0.139, 0.321, 3),
    ],
)
def test_the_paired_interval_is_the_published_one(
    cells: tuple[int, int, int, int], confidence: float, low: float, high: float, decimals: int
) -> None:
    """Tango's interval, cells in the order both, only the first, only the second, neither."""
    interval = score_interval(cells[1], cells[2], sum(cells), confidence)

    assert round(interval.low, decimals) == low
    assert round(interval.high, decimals) == high


@pytest.mark.parametrize(
    ("n_correct", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_wilson_interval_is_the_published_one(
    n_correct: int, n: int, low: float, high: float
) -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3."""
    interval = wilson_interval(n_correct, n)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_the_exact_test_is_the_published_one() -> None:
    """Fagerland, Lydersen and Laake 2013, the transplants again: p = 0.070 (18/256 exactly)."""
    assert mcnemar_p_value(PairedTable(1, 1, 7, 12)) == pytest.approx(18 / 256, abs=1e-12)
