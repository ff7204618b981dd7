"""What a model says of its input is put back into the original: the inverse of how it was made."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from runoff_inference_worker.views import Placed, View
from runoff_inference_worker.windows import Resize, window

SIZES = st.tuples(st.integers(1, 3000), st.integers(1, 3000))
RESIZES: list[Resize] = ["stretch", "crop", "letterbox"]


def middle_of_light(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean place of the light; the middle of the first pixel is (0.5, 0.5)."""
    light = pixels.astype(np.float64) / pixels.sum()
    places = [np.arange(length) + 0.5 for length in pixels.shape]
    return np.array([light.sum(axis=0) @ places[1], light.sum(axis=1) @ places[0]])


@given(image=SIZES, view=SIZES, resize=st.sampled_from(RESIZES))
def test_the_corners_of_the_window_are_those_of_what_is_seen(
    image: tuple[int, int], view: tuple[int, int], resize: Resize
) -> None:
    """The rectangle of the view goes back to the rectangle of the original, to the rounding."""
    found = window(image, view, resize)
    first = np.array(found.offset, np.float64)

    back = found.original(np.stack([first, first + found.size]))

    np.testing.assert_allclose(back.ravel(), found.seen, rtol=1e-12, atol=1e-9)


@given(image=SIZES, view=SIZES, resize=st.sampled_from(RESIZES))
def test_nothing_is_seen_that_is_not_there(
    image: tuple[int, int], view: tuple[int, int], resize: Resize
) -> None:
    """Pillow refuses a rectangle that reaches over the image by a rounding."""
    found = window(image, view, resize)
    left, top, right, bottom = found.seen

    assert 0 <= left < right <= image[0]
    assert 0 <= top < bottom <= image[1]
    assert all(offset >= 0 for offset in found.offset)
    assert all(
        offset + inner <= outer
        for offset, inner, outer in zip(found.offset, found.size, view, strict=True)
    )
    if resize != "crop":
        assert found.seen == (0, 0, *image)
    if resize != "letterbox":
        assert (found.size, found.offset) == (view, (0, 0))


@given(
    image=st.tuples(st.integers(20, 300), st.integers(20, 300)),
    view=st.tuples(st.integers(16, 100), st.integers(16, 100)),
    resize=st.sampled_from(RESIZES),
    where=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_light_in_the_view_goes_back_to_where_it_is_in_the_image(
    image: tuple[int, int],
    view: tuple[int, int],
    resize: Resize,
    where: tuple[float, float],
) -> None:
    """Held against Pillow, which knows nothing of the way back: to a pixel of the coarser one."""
    placed = Placed(*image, View(*view, "L", resize))
    left, top, right, bottom = placed.window.seen
    side = max((right - left) / 4, 4), max((bottom - top) / 4, 4)
    assume(side[0] < right - left and side[1] < bottom - top)
    x = round(left + where[0] * (right - left - side[0]))
    y = round(top + where[1] * (bottom - top - side[1]))
    patch = (x, y, int(x + side[0]), int(y + side[1]))
    # What a crop cuts off is not in the view.
    assume(patch[0] >= left and patch[1] >= top and patch[2] <= right and patch[3] <= bottom)
    picture = Image.new("L", image)
    picture.paste(255, patch)

    seen = middle_of_light(placed.view.of(picture))

    expected = middle_of_light(np.asarray(picture))
    pixel = np.array(
        [(right - left) / placed.window.size[0], (bottom - top) / placed.window.size[1]]
    )
    assert (np.abs(placed.window.original(seen) - expected) <= np.maximum(pixel, 1)).all()
