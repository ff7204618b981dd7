"""Words for a confidence difference."""

from __future__ import annotations

import pytest

from runoff_contracts.bands import Band, band


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "low"),
        (0.0999, "low"),
        (0.1, "medium"),
        (0.9 - 0.8, "medium"),
        (0.3, "medium"),
        (0.4 - 0.1, "medium"),
        (0.3001, "high"),
        (1.0, "high"),
    ],
)
def test_a_band_holds_its_borders(value: float, expected: Band) -> None:
    """To a computer 0.9 - 0.8 is a little under 0.1 and 0.4 - 0.1 a little over 0.3."""
    assert band(value) == expected
