"""What a page says: how sure it is, and where something is."""

import pytest

from runoff_inference_worker.errors import MalformedAnswer
from runoff_inference_worker.web_page import confidence_of, point_of


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


@pytest.mark.parametrize(
    "text",
    ["12.5, -40", "x: 12.5, y: -40", "(12.5 -40)", "12.5px\n\N{MINUS SIGN}40px", "1.25e1,-40"],
)
def test_a_place_is_two_numbers(text: str) -> None:
    """As pages write it, with words round it."""
    place = point_of(text)

    assert (place.x, place.y) == (12.5, -40)


@pytest.mark.parametrize(
    "text", ["", "nowhere", "12", "1, 2, 3", "12,5; 3,5", "1e999, 2", "nan, 3"]
)
def test_another_text_is_no_place(text: str) -> None:
    """Which of three numbers was meant nobody could say."""
    with pytest.raises(MalformedAnswer, match="two numbers"):
        point_of(text)
