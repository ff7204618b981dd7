"""Decodes an entry's image: header first, one frame, upright, 8 bits, RGB or L.

What cannot be shown to a model as the person who made the image meant it is a bad entry, with the
reason; nothing is guessed and no partial image is used.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from runoff_inference_worker.errors import BadEntry

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
"""Pillow reads more, some through programs like Ghostscript: not with files from outside."""

_EXIF_ORIENTATION = 0x0112
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    MemoryError,
    Warning,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises on damaged files; its format readers have no common error."""


def set_up_pillow() -> None:
    """Once a process: no image is decoded that Pillow has doubts about.

    The limit of pixels is ours (see `decode`), with both sides of the image in its message;
    warnings come from Pillow's format readers only where a file is damaged.
    """
    Image.MAX_IMAGE_PIXELS = None
    warnings.filterwarnings("error", module=r"PIL\.\w+Plugin")


def decode(content: bytes, *, max_pixels: int) -> Image.Image:
    """The image of a file, of mode RGB or L.

    Transparent parts show white; 16-bit gray loses its lower byte; orientation is applied.

    Raises:
        BadEntry: For anything else than one readable image within the limit.
    """
    return decoded(opened(content, max_pixels=max_pixels))


def opened(content: bytes, *, max_pixels: int) -> ImageFile.ImageFile:
    """The image with its header read and its pixels not.

    Raises:
        BadEntry: When it is no image, or over the limit.
    """
    if not content:
        raise BadEntry("the file is empty")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        raise BadEntry(f"the file is no image that can be read ({', '.join(FORMATS)})") from None
    except _DAMAGED as error:
        raise BadEntry(f"the image cannot be read: {error}") from error
    width, height = image.size
    if width * height > max_pixels:
        raise BadEntry(
            f"image has {width} x {height} = {width * height / 1e6:.4g} megapixels, "
            f"limit {max_pixels / 1e6:.4g}"
        )
    return image


def check_file(content: bytes, *, max_pixels: int) -> str:
    """Look at an image that is sent as the file that it is; its pixels stay packed.

    Returns:
        The format in small letters, as files are called after it.

    Raises:
        BadEntry: As `decode`, as far as can be told: damage within the pixels of a JPEG or a WebP
            whose end is there is for whoever gets it to find.
    """
    image = opened(content, max_pixels=max_pixels)
    try:
        _check_single(image)
        kind = "jpeg" if image.format == "MPO" else str(image.format).lower()
        _check_whole(kind, image, content)
    except _DAMAGED as error:
        raise BadEntry(f"the image cannot be decoded: {error}") from error
    return kind


def _check_whole(kind: str, image: ImageFile.ImageFile, content: bytes) -> None:
    """Nothing where all of an opened image is there.

    Sources: PNG, 5.4 (every chunk has a checksum); ITU T.81, B.1.1 (the end of a JPEG is no part
    of its pixels); RFC 9649, 2.4 (a WebP says its size).

    Raises:
        BadEntry, or one of what Pillow raises.
    """
    is_whole = True
    if kind == "png":
        image.verify()
    elif kind == "jpeg" and image.fp is not None:
        # From the first scan on: the preview in a photograph's header is a whole JPEG too.
        is_whole = content.find(b"\xff\xd9", image.fp.tell()) >= 0
    elif kind == "webp":
        is_whole = len(content) >= 8 + int.from_bytes(content[4:8], "little")
    else:
        _plain(image)
    if not is_whole:
        raise BadEntry("the image cannot be decoded: the file is truncated")


def decoded(image: ImageFile.ImageFile) -> Image.Image:
    """The pixels of an opened image; see `decode`.

    Raises:
        BadEntry: When they cannot be read, or not as 0-255 values of one frame.
    """
    try:
        return _plain(image)
    except _DAMAGED as error:
        raise BadEntry(f"the image cannot be decoded: {error}") from error


def _check_single(image: ImageFile.ImageFile) -> None:
    # An MPO is a JPEG with further pictures behind the one that every viewer shows.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        n_frames = getattr(image, "n_frames", 2)
        raise BadEntry(f"the image has {n_frames} frames: only single images can be asked about")


def _plain(image: ImageFile.ImageFile) -> Image.Image:
    _check_single(image)
    image.load()
    mode = image.mode
    if mode not in {"RGB", "L"}:
        convert = _CONVERSIONS.get(mode)
        if convert is None:
            raise BadEntry(f"images of Pillow's mode {mode} have no plain 0-255 values")
        upright = _upright(image)
        return convert(upright)
    if "transparency" in image.info:
        return _on_white(_upright(image))
    return _upright(image)


def _upright(image: Image.Image) -> Image.Image:
    if "exif" not in image.info and "Raw profile type exif" not in image.info:
        return image
    if image.getexif().get(_EXIF_ORIENTATION, 1) == 1:
        return image
    return ImageOps.exif_transpose(image)


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    page = Image.new("RGBA", layer.size, "white")
    page.alpha_composite(layer)
    return page.convert("RGB")


def _palette(image: Image.Image) -> Image.Image:
    return _on_white(image) if "transparency" in image.info else image.convert("RGB")


def _upper_byte(image: Image.Image) -> Image.Image:
    # Pillow's own conversion clips at 255, which turns nearly all of the image white.
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8), "L")


def _rgb(image: Image.Image) -> Image.Image:
    return image.convert("RGB")


def _gray(image: Image.Image) -> Image.Image:
    return image.convert("L")


_CONVERSIONS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "1": _gray,
    "P": _palette,
    "PA": _on_white,
    "LA": _on_white,
    "La": _on_white,
    "RGBA": _on_white,
    "RGBa": _on_white,
    "RGBX": _rgb,
    "CMYK": _rgb,
    "YCbCr": _rgb,
    "HSV": _rgb,
    "I;16": _upper_byte,
    "I;16L": _upper_byte,
    "I;16B": _upper_byte,
    "I;16N": _upper_byte,
}
