"""Which part of an image stands where in a model's view of it, and the way back.

One function gives the numbers by which pixels are made (`views.py`) and by which what a model says
of its input is put back into the original, so that the two cannot differ.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Resize = Literal["stretch", "crop", "letterbox"]
_Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of the original and the rectangle of the view that it fills."""

    seen: tuple[float, float, float, float]
    """Left, top, right, bottom in the original."""
    size: _Size
    """Width and height that it has in the view."""
    offset: _Size
    """Left and top of it in the view; what is beside it shows nothing of the original."""

    def original(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places of the view, x and y in its pixels, as places of the original.

        Args:
            points: Of shape (..., 2). Places beside the window lie outside of the original, or in
                the part of it that was cut.
        """
        left, top, right, bottom = self.seen
        ratio = ((right - left) / self.size[0], (bottom - top) / self.size[1])
        return np.asarray((points - self.offset) * np.array(ratio) + (left, top), np.float64)


def window(image: _Size, view: _Size, resize: Resize) -> Window:
    """Where an image of a size stands in a view of another."""
    if resize == "stretch":
        return Window((0, 0, *image), view, (0, 0))
    x_ratio, y_ratio = view[0] / image[0], view[1] / image[1]
    if resize == "crop":
        ratio = max(x_ratio, y_ratio)
        # A division may round up: no more is kept than there is.
        kept_x, kept_y = min(view[0] / ratio, image[0]), min(view[1] / ratio, image[1])
        left, top = (image[0] - kept_x) / 2, (image[1] - kept_y) / 2
        return Window((left, top, left + kept_x, top + kept_y), view, (0, 0))
    ratio = min(x_ratio, y_ratio)
    # Whole pixels, so that the sides of the image are scaled by not quite the same ratio.
    inner = (max(round(image[0] * ratio), 1), max(round(image[1] * ratio), 1))
    offset = ((view[0] - inner[0]) // 2, (view[1] - inner[1]) // 2)
    return Window((0, 0, *image), inner, offset)
