"""Where labels of boxes stand so that they can be read: beside each other, not upon each other.

Greedy, in the order given: each takes the first free place around its box. What finds none is left
to be shown when its box is pointed at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MAX_PLACED: Final = 80
"""More labels than these cover the image that they are about."""
_WIDTH: Final = 0.58
"""Of a character, by the height of the letters: a little more than a sans-serif's mean."""
_HEIGHT: Final = 1.2
_BASELINE: Final = 0.92
"""Of the height, from the top."""


@dataclass(frozen=True)
class Area:
    """A rectangle; x and y are its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Area") -> bool:
        """Whether they share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True)
class Place:
    """Where a label begins: the left end of its base line."""

    x: float
    y: float
    is_free: bool
    """Whether it covers no other label."""


def place_labels(
    boxes: Sequence[tuple[Area, str]], *, width: float, height: float, size: float
) -> list[Place]:
    """A place for the label of each box, in their order.

    Args:
        boxes: With their labels.
        width, height: Of the image: no label leaves it.
        size: Of the letters; all in the image's own pixels.
    """
    taken: list[Area] = []
    places = []
    for box, text in boxes:
        around = list(_around(box, text, width=width, height=height, size=size))
        found = None
        if len(taken) < MAX_PLACED:
            found = next((a for a in around if not any(map(a.overlaps, taken))), None)
        if found is not None:
            taken.append(found)
        stands = found or around[0]
        y = stands.y + stands.height * _BASELINE
        places.append(Place(round(stands.x, 2), round(y, 2), is_free=found is not None))
    return places


def _around(box: Area, text: str, *, width: float, height: float, size: float) -> Iterator[Area]:
    """Above, below and inside, from the left and from the right; all within the image."""
    wide, high = len(text) * size * _WIDTH, size * _HEIGHT
    right, under = box.x + box.width - wide, box.y + box.height
    for x, y in (
        (box.x, box.y - high),
        (right, box.y - high),
        (box.x, under),
        (right, under),
        (box.x, box.y),
        (box.x, under - high),
        (box.x + box.width, box.y),
    ):
        kept = max(min(x, width - wide), 0.0)
        yield Area(kept, max(min(y, height - high), 0.0), wide, high)
