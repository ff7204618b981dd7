"""Preprocessing is what the declaration says, to the pixel."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from runoff_contracts.specs.tensors import ImageInput
from runoff_inference_worker.views import View, tensor


def halves(width: int, height: int) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), (255, 0, 0))
    image.paste((0, 0, 255), (width // 2, 0, width, height))
    return image


def test_an_image_of_the_size_is_taken_as_it_is() -> None:
    """No resampling touches values that fit."""
    image = Image.effect_noise((8, 8), 60)

    pixels = View(8, 8, "L", "stretch").of(image)

    assert (pixels == np.asarray(image)).all()


def test_stretch_ignores_proportions() -> None:
    """Both halves are there, each half as wide."""
    pixels = View(4, 4, "RGB", "stretch").of(halves(16, 4))

    assert pixels.shape == (4, 4, 3)
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert pixels[0, 3].tolist() == [0, 0, 255]


def test_crop_cuts_what_is_over_on_both_sides() -> None:
    """Of a wide image with a black rim left and right, nothing black is left."""
    image = Image.new("L", (20, 10), 0)
    image.paste(255, (5, 0, 15, 10))

    assert View(10, 10, "L", "crop").of(image).min() == 255


def test_letterbox_keeps_all_and_pads_with_black() -> None:
    """A wide image gets a bar above and below."""
    pixels = View(8, 8, "L", "letterbox").of(Image.new("L", (16, 8), 255))

    assert pixels[:2].max() == 0
    assert pixels[2:6].min() == 255
    assert pixels[6:].max() == 0


def test_a_line_of_pixels_survives_a_letterbox() -> None:
    """The inner size is never zero."""
    assert View(8, 8, "L", "letterbox").of(Image.new("L", (1000, 1), 255)).max() == 255


def test_color_becomes_gray_by_luma() -> None:
    """ITU-R 601-2: L = 0.299 R + 0.587 G + 0.114 B."""
    pixels = View(1, 1, "L", "stretch").of(Image.new("RGB", (1, 1), (100, 200, 50)))

    assert pixels[0, 0] == round(0.299 * 100 + 0.587 * 200 + 0.114 * 50)


@pytest.mark.parametrize(
    ("layout", "shape", "place"),
    [
        ("NCHW", (2, 3, 2, 4), (1, 2, 1, 3)),
        ("NHWC", (2, 2, 4, 3), (1, 1, 3, 2)),
        ("NF", (2, 24), (1, 23)),
    ],
)
def test_layouts(layout: str, shape: tuple[int, ...], place: tuple[int, ...]) -> None:
    """The same value stands where the layout wants it."""
    spec = ImageInput.model_validate({"size": (4, 2), "layout": layout, "scale": 1.0})
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)

    batch = tensor([pixels, pixels], spec)

    assert batch.shape == shape
    assert batch.dtype == np.float32
    assert batch.flags["C_CONTIGUOUS"]
    assert batch[place] == 23


def test_bgr_is_rgb_turned_round() -> None:
    """As models trained with OpenCV want it."""
    spec = ImageInput(size=(1, 1), color="BGR", layout="NHWC", scale=1.0)

    assert tensor([np.array([[[1, 2, 3]]], np.uint8)], spec).tolist() == [[[[3, 2, 1]]]]


def test_scale_then_mean_then_std() -> None:
    """(value * scale - mean) / std, for each channel by its own."""
    spec = ImageInput(
        size=(1, 1), layout="NHWC", scale=0.5, mean=[1.0, 2.0, 3.0], std=[1.0, 2.0, 4.0]
    )

    batch = tensor([np.array([[[10, 20, 30]]], np.uint8)], spec)

    assert batch.tolist() == [[[[4.0, 4.0, 3.0]]]]


def test_one_mean_counts_for_all_channels() -> None:
    """A single number is meant for each of them."""
    spec = ImageInput(size=(1, 1), layout="NF", scale=1.0, mean=[1.0], std=[2.0])

    assert tensor([np.array([[[1, 3, 5]]], np.uint8)], spec).tolist() == [[0.0, 1.0, 2.0]]
