"""Images: what is shown, and what never is."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from runoff_objects.store import Objects
from runoff_web.security import FILE_POLICY
from tests.contract.api.running import IN_SHARED_LOOP, World


def picture(kind: str, size: tuple[int, int] = (400, 300), orientation: int = 1) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "red")
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(out, kind, exif=exif)
    return out.getvalue()


async def put(world: World, content: bytes) -> str:
    return await Objects.open(str(world.folder / "objects")).put(content)


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("kind", "shown"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("TIFF", "image/png")]
)
async def test_images_come_as_browsers_show_them(
    idle_world: World, idle_pages: httpx.AsyncClient, kind: str, shown: str
) -> None:
    """As they are where that is possible; under a policy in which nothing runs."""
    digest = await put(idle_world, picture(kind))
    answer = await idle_pages.get(f"/media/{digest}")
    small = await idle_pages.get(f"/media/{digest}", params={"w": "96"})

    assert answer.headers["content-type"] == shown
    assert answer.headers["content-security-policy"] == FILE_POLICY
    assert Image.open(io.BytesIO(small.content)).size == (96, 72)


@IN_SHARED_LOOP
async def test_a_turned_image_is_shown_upright(
    idle_world: World, idle_pages: httpx.AsyncClient
) -> None:
    """Boxes are in pixels of the upright image, as models saw it."""
    digest = await put(idle_world, picture("JPEG", (400, 300), orientation=6))
    small = await idle_pages.get(f"/media/{digest}", params={"w": "96"})

    assert Image.open(io.BytesIO(small.content)).size == (72, 96)


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>pwned()</script></svg>",
        b"<html><script>pwned()</script>",
        b"GIF89a",
        picture("PNG")[:60],
        b"x",
    ],
)
async def test_what_is_no_image_is_never_sent(
    idle_world: World, idle_pages: httpx.AsyncClient, content: bytes
) -> None:
    """An SVG is a program; a damaged file is refused in words."""
    digest = await put(idle_world, content)
    answer = await idle_pages.get(f"/media/{digest}", params={"w": "96"})

    assert answer.status_code == 415
    assert answer.headers["content-type"].startswith("text/plain")


@IN_SHARED_LOOP
async def test_sizes_that_are_not_offered_are_refused(
    idle_world: World, idle_pages: httpx.AsyncClient
) -> None:
    """Each size is made anew, so that there are few."""
    digest = await put(idle_world, picture("PNG"))
    assert (await idle_pages.get(f"/media/{digest}", params={"w": "97"})).status_code == 422
    assert (await idle_pages.get("/media/sha256:" + "0" * 64)).status_code == 404
