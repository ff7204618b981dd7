"""The file of an image as an API takes it: the stored bytes, and what they are."""

import asyncio

from runoff_inference_worker.errors import BadEntry
from runoff_inference_worker.images import check_file
from runoff_objects.errors import ObjectDamaged, ObjectMissing
from runoff_objects.image_type import image_type
from runoff_objects.store import Objects

MAX_BYTES = 15 * 1024 * 1024
"""The APIs take 5 to 20 MB; base64 makes a third more of it."""


async def picture_of(objects: Objects, file: str, *, max_pixels: int) -> tuple[bytes, str]:
    """Content and media type of an entry's image.

    Raises:
        BadEntry: When it cannot be read, is too large or damaged, or no API takes such files.
    """
    try:
        content = await objects.get(file)
    except (ObjectMissing, ObjectDamaged) as error:
        raise BadEntry(f"its file cannot be read: {error}") from error
    if len(content) > MAX_BYTES:
        raise BadEntry(f"its file has {len(content)} bytes; language models take {MAX_BYTES}")
    kind = image_type(content)
    if kind is None:
        raise BadEntry("its file is none of PNG, JPEG, GIF and WebP, which language models take")
    await asyncio.to_thread(check_file, content, max_pixels=max_pixels)
    return content, kind
