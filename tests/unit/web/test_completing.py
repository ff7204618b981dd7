"""What a filter is offered next, by where the cursor stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_contracts.finding_views import RunField
from runoff_web.completing import MAX_OFFERED, complete

FIELDS = [
    RunField(name="status", kind="choice", values=["completed", "failed"]),
    RunField(name="alias", kind="text"),
    RunField(name="archived", kind="flag"),
    RunField(name="metrics.accuracy", kind="number"),
    RunField(name="metrics.f1", kind="number"),
    RunField(name="params.`learning rate`", kind="param"),
    RunField(name="dataset", kind="text", values=["it's", "letters"]),
]


@pytest.mark.parametrize(
    ("text", "first", "start"),
    [
        ("", "status", 0),
        ("acc", "metrics.accuracy", 0),
        ("metrics.", "metrics.accuracy", 0),
        ("params.`lea", "params.`learning rate`", 0),
        ("metrics.accuracy ", ">", 17),
        ("status ", "=", 7),
        ("status = ", "'completed'", 9),
        ("status = 'fa", "'failed'", 9),
        ("status in (", "'completed'", 11),
        ("status in ('failed', ", "'completed'", 21),
        ("attributes.status = ", "'completed'", 20),
        ("dataset = ", "'it''s'", 10),
        ("archived = ", "true", 11),
        ("alias is ", "null", 9),
        ("status = 'failed' ", "and", 18),
        ("status = 'failed' and m", "metrics.accuracy", 22),
        ("(status = 'failed' or f", "metrics.f1", 22),
        ("not (a", "archived", 5),
    ],
)
def test_what_fits_is_offered_first(text: str, first: str, start: int) -> None:
    """Fields, operators of their kind, values that are known, and what joins terms."""
    found = complete(text, len(text), FIELDS)
    offered = [each.text for each in found.offers]
    assert first in offered[:2]
    assert (found.start, found.end) == (start, len(text))


def test_only_what_stands_before_the_cursor_is_read() -> None:
    """In the middle of a filter, the rest of it stays."""
    found = complete("sta = 'failed'", 3, FIELDS)
    assert [each.text for each in found.offers] == ["status"]
    assert (found.start, found.end) == (0, 3)


@given(st.text(max_size=80), st.integers(0, 80))
def test_whatever_is_typed_is_answered(text: str, at: int) -> None:
    """Also what no filter is: half of what people type is half a filter."""
    place = min(at, len(text))
    found = complete(text, place, FIELDS)
    assert 0 <= found.start <= found.end == place
    assert len(found.offers) <= MAX_OFFERED
