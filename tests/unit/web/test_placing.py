"""Labels of boxes: where they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runoff_web.placing import MAX_PLACED, Area, Place, place_labels

SIZE = 10.0
places_of = st.builds(
    Area,
    x=st.floats(-50, 400),
    y=st.floats(-50, 300),
    width=st.floats(0, 200),
    height=st.floats(0, 200),
)


def area_of(place: Place, text: str) -> Area:
    """What a label covers, by the base line that it stands on."""
    return Area(place.x, place.y - SIZE * 1.2 * 0.92, len(text) * SIZE * 0.58, SIZE * 1.2)


@given(st.lists(st.tuples(places_of, st.text("abc", min_size=1, max_size=8)), max_size=40))
def test_no_two_labels_that_are_shown_cover_each_other(boxes: list[tuple[Area, str]]) -> None:
    """Text upon text is read by nobody; and none leaves the image."""
    placed = place_labels(boxes, width=400, height=300, size=SIZE)
    shown = [
        area_of(place, text)
        for place, (_, text) in zip(placed, boxes, strict=True)
        if place.is_free
    ]

    slack = 0.05  # places are rounded to hundredths of a pixel
    for number, first in enumerate(shown):
        smaller = Area(
            first.x + slack, first.y + slack, first.width - 2 * slack, first.height - 2 * slack
        )
        assert not any(map(smaller.overlaps, shown[number + 1 :]))
        assert first.x >= -slack
        assert first.y >= -slack
        assert first.x + first.width <= 400 + slack


def test_a_label_stands_above_its_box_and_else_below_it() -> None:
    """Where there is room the first choice is taken, and the next one where there is none."""
    box = Area(20, 100, 60, 30)
    above, below = place_labels([(box, "cat"), (box, "cat")], width=400, height=300, size=SIZE)

    assert (above.x, above.is_free, below.is_free) == (20, True, True)
    assert above.y < 100
    assert above.x != below.x or below.y > 130


def test_a_crowd_keeps_its_labels_for_whoever_points_at_a_box() -> None:
    """Labels upon labels would hide the image; a place is said all the same."""
    crowd = [(Area(each % 7, each % 5, 10, 10), "person") for each in range(500)]
    placed = place_labels(crowd, width=400, height=300, size=SIZE)

    assert len(placed) == 500
    assert sum(each.is_free for each in placed) <= MAX_PLACED
    assert not placed[-1].is_free
