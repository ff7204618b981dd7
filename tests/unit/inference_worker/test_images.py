"""Images come as people have them; what cannot be shown to a model fairly is a bad entry."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from runoff_inference_worker.errors import BadEntry
from runoff_inference_worker.images import check_file, decode, set_up_pillow
from tests.unit.inference_worker.making import an_image, sparse_png

LIMIT = 50_000_000


@pytest.fixture(autouse=True)
def pillow() -> Iterator[None]:
    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        set_up_pillow()
        yield
    Image.MAX_IMAGE_PIXELS = before


def decoded(content: bytes) -> Image.Image:
    return decode(content, max_pixels=LIMIT)


def refusal(content: bytes) -> str:
    """Why it is not decoded; for the same reason it is not sent as it is."""
    with pytest.raises(BadEntry) as caught:
        decoded(content)
    with pytest.raises(BadEntry) as unsent:
        check_file(content, max_pixels=LIMIT)
    assert not caught.value.retry
    assert not unsent.value.retry
    return caught.value.message


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM"])
def test_common_formats_are_read(format_: str) -> None:
    """What cameras, scanners and exports write."""
    content = an_image("RGB", (6, 4), (200, 30, 30), format_)
    image = decoded(content)

    assert (image.mode, image.size) == ("RGB", (6, 4))
    assert check_file(content + bytes(1000), max_pixels=LIMIT) == format_.lower()


def test_a_preview_is_not_taken_for_the_end_of_a_photograph() -> None:
    """A camera's JPEG has a small one in its header, which is whole when the large one is not."""
    exif, preview = Image.Exif(), an_image("RGB", (16, 16), format_="JPEG")
    exif[0x927C] = preview
    content = an_image("RGB", (640, 480), format_="JPEG", exif=exif)

    assert preview in content
    assert check_file(content, max_pixels=LIMIT) == "jpeg"
    with pytest.raises(BadEntry, match="truncated"):
        check_file(content[:-100], max_pixels=LIMIT)


def test_a_gray_image_stays_gray() -> None:
    """A model that wants L gets the very values."""
    assert decoded(an_image("L", color=7)).getpixel((0, 0)) == 7


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"just some text\n", "no image that can be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "no image that can be read"),
    ],
)
def test_what_is_no_image_is_a_bad_entry(content: bytes, message: str) -> None:
    """Formats that need other programs (PostScript) are not images here."""
    assert message in refusal(content)


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
def test_a_truncated_image_is_a_bad_entry(format_: str) -> None:
    """Half an image is not asked about: the model would be blamed for it."""
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(noise).save(content, format_)

    assert "cannot be" in refusal(content.getvalue()[: len(content.getvalue()) // 2])


def test_a_200_megapixel_image_is_refused_by_its_header() -> None:
    """Some hundred bytes must not cost hundreds of megabytes: the pixels are never decoded."""
    message = refusal(sparse_png(20_000, 10_000))

    assert message == "image has 20000 x 10000 = 200 megapixels, limit 50"


def test_the_limit_is_the_operators() -> None:
    """An image of exactly the limit is taken."""
    content = an_image("L", (10, 10))

    assert decode(content, max_pixels=100).size == (10, 10)
    with pytest.raises(BadEntry, match="10 x 10"):
        decode(content, max_pixels=99)
    with pytest.raises(BadEntry, match="10 x 10"):
        check_file(content, max_pixels=99)


@pytest.mark.parametrize("format_", ["GIF", "PNG", "WEBP", "TIFF"])
def test_an_animation_is_a_bad_entry(format_: str) -> None:
    """Which of its frames was meant is not for us to guess."""
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "green", "blue")]
    content = io.BytesIO()
    frames[0].save(content, format_, save_all=True, append_images=frames[1:])

    assert "3 frames" in refusal(content.getvalue())


def test_a_gif_of_one_frame_is_an_image() -> None:
    """Its palette is looked up."""
    image = decoded(an_image("P", color=3, format_="GIF"))

    assert image.mode == "RGB"


def test_a_cmyk_jpeg_becomes_rgb() -> None:
    """Scans for print: no ink is white."""
    image = decoded(an_image("CMYK", color=(0, 0, 0, 0), format_="JPEG"))

    assert image.mode == "RGB"
    assert min(image.getpixel((4, 4))) > 250  # type: ignore[arg-type]  # a pixel of RGB


def test_an_image_is_turned_as_its_exif_says() -> None:
    """Phones store what the sensor saw, and which way is up beside it."""
    image = Image.new("RGB", (8, 4), "black")
    image.paste("white", (0, 0, 4, 4))
    exif = Image.Exif()
    exif[0x0112] = 6
    content = io.BytesIO()
    image.save(content, "PNG", exif=exif)

    upright = decoded(content.getvalue())

    assert upright.size == (4, 8)
    assert upright.getpixel((2, 0)) == (255, 255, 255)
    assert upright.getpixel((2, 7)) == (0, 0, 0)


def test_16_bit_gray_keeps_its_upper_byte() -> None:
    """Pillow's own conversion clips, so that nearly everything turns white."""
    content = io.BytesIO()
    Image.fromarray(np.full((4, 4), 0x8012, np.uint16)).save(content, "PNG")

    image = decoded(content.getvalue())

    assert (image.mode, image.getpixel((0, 0))) == ("L", 0x80)


def test_values_without_a_known_range_are_a_bad_entry() -> None:
    """32-bit images: nobody says which number is white."""
    content = io.BytesIO()
    Image.new("F", (4, 4), 0.5).save(content, "TIFF")

    assert "mode F" in refusal(content.getvalue())


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_show_white(mode: str) -> None:
    """As on a page; the color hidden below is not the image's."""
    image = Image.new("RGBA", (8, 8), (10, 20, 30, 0))
    content = io.BytesIO()
    (image.quantize(4) if mode == "P" else image.convert(mode)).save(content, "PNG")

    assert decoded(content.getvalue()).convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_transparent_palette_color_shows_white() -> None:
    """A palette with one clear color, as old web images have."""
    image = Image.new("P", (8, 8), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    content = io.BytesIO()
    image.save(content, "PNG", transparency=1)

    assert decoded(content.getvalue()).getpixel((0, 0)) == (255, 255, 255)


def test_black_and_white_scans_become_gray() -> None:
    """One bit a pixel, as a fax has it."""
    image = decoded(an_image("1", color=1))

    assert (image.mode, image.getpixel((0, 0))) == ("L", 255)


def test_a_png_with_a_broken_checksum_is_a_bad_entry() -> None:
    """A damaged download is noticed."""
    content = bytearray(an_image("RGB", (32, 32), (1, 2, 3)))
    content[50] ^= 0xFF

    assert "cannot be" in refusal(bytes(content))


def test_damage_that_pillow_only_warns_of_is_a_bad_entry() -> None:
    """A JPEG whose EXIF block is cut off: which way up it is, nobody knows."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "x" * 40
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "JPEG", exif=exif.tobytes()[:-45])

    assert "cannot be" in refusal(content.getvalue())
