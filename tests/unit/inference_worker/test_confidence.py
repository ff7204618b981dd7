"""How sure a page says that it is."""

import pytest

from runoff_inference_worker.errors import MalformedAnswer
from runoff_inference_worker.web_page import confidence_of


@pytest.mark.parametrize(
    ("text", "share"),
    [("0.93", 0.93), ("93 %", 0.93), ("Sure: 93,5%", 0.935), ("1", 1.0), ("0", 0.0), ("100%", 1.0)],
)
def test_a_confidence_is_a_share_or_a_percentage(text: str, share: float) -> None:
    """As pages write it, with words round it."""
    assert confidence_of(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "high", "93", "101 %", "-0.5", "3 of 4"])
def test_another_text_is_no_confidence(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(MalformedAnswer):
        confidence_of(text)
