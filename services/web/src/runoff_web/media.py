"""Images of entries: as they are where every browser shows them, and made smaller for lists."""

import io
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from runoff.client import Client
from runoff_web.errors import ImageUnreadable
from runoff_web.security import FILE_POLICY

FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
"""Those that a worker reads; an SVG is a program, and is never shown."""
WIDTHS: Final = (96, 192, 320)
_SHOWN: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_TURNED: Final = {5, 6, 7, 8}
_ORIENTATION: Final = 0x0112
_KEPT_SIZES: Final = 4096
_FOR_EVER: Final = "private, max-age=31536000, immutable"


@dataclass(frozen=True)
class Size:
    """Of an image as it is shown, upright."""

    width: int
    height: int


class Media:
    """Reads images through the API."""

    def __init__(self, client: Client, *, max_pixels: int) -> None:
        self._client, self._max_pixels = client, max_pixels
        self.size = lru_cache(_KEPT_SIZES)(self._size)
        """Size of the image with this digest; None where it is none that can be shown."""

    def _size(self, digest: str) -> Size | None:
        try:
            with _opened(self._client.server.content(digest), self._max_pixels) as image:
                width, height = image.size
                turned = image.getexif().get(_ORIENTATION) in _TURNED
        except ImageUnreadable:
            return None
        return Size(height, width) if turned else Size(width, height)

    def original(self, digest: str) -> tuple[bytes, str]:
        """The image as it is, with its media type; in a form that browsers show.

        Raises:
            ImageUnreadable: When it is no image.
        """
        content = self._client.server.content(digest)
        with _opened(content, self._max_pixels) as image:
            if image.format in _SHOWN:
                return content, _SHOWN[image.format]
            return _as_png(image), "image/png"

    def thumbnail(self, digest: str, width: int) -> tuple[bytes, str]:
        """The image at most `width` wide and high, made anew: nothing but its pixels is left.

        Raises:
            ImageUnreadable: When it is no image.
        """
        with _opened(self._client.server.content(digest), self._max_pixels) as image:
            image.draft("RGB", (width * 2, width * 2))
            try:
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((width, width))
                return _as_png(upright), "image/png"
            except (OSError, ValueError, SyntaxError) as error:
                raise ImageUnreadable(f"the image is damaged: {error}") from error


def _opened(content: bytes, max_pixels: int) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Our own limit of pixels stands below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise ImageUnreadable("the file is no image that can be shown") from error
    except Image.DecompressionBombError as error:
        raise ImageUnreadable("the image has too many pixels") from error
    if image.width * image.height > max_pixels:
        raise ImageUnreadable(f"the image has more than {max_pixels} pixels")
    return image


def _as_png(image: Image.Image) -> bytes:
    kept = image if image.mode in {"1", "L", "LA", "RGB", "RGBA"} else image.convert("RGB")
    out = io.BytesIO()
    kept.save(out, "PNG")
    return out.getvalue()


async def show_image(request: Request) -> Response:
    """`/media/<digest>`, or a small one with `?w=`; a digest names it for good."""
    media: Media = request.app.state.parts.media
    digest, wanted = request.path_params["digest"], request.query_params.get("w", "")
    if not _DIGEST.fullmatch(digest):
        return PlainTextResponse("That is no digest.", 404)
    if wanted and wanted not in map(str, WIDTHS):
        return PlainTextResponse(f"w is one of {', '.join(map(str, WIDTHS))}.", 422)
    try:
        if wanted:
            content, media_type = await run_in_threadpool(media.thumbnail, digest, int(wanted))
        else:
            content, media_type = await run_in_threadpool(media.original, digest)
    except ImageUnreadable as error:
        return PlainTextResponse(f"It cannot be shown: {error}.", 415)
    headers = {"Cache-Control": _FOR_EVER, "Content-Security-Policy": FILE_POLICY}
    return Response(content, 200, headers, media_type=media_type)
