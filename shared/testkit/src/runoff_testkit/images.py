"""Tiny pictures for tests: a few hundred bytes each, the same bytes for the same arguments."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

Color = tuple[int, int, int]
Box = tuple[int, int, int, int]

RED: Color = (200, 30, 30)
GREEN: Color = (30, 160, 60)
BLUE: Color = (40, 60, 200)
WHITE: Color = (255, 255, 255)


def png(
    color: Color = RED,
    *,
    width_px: int = 8,
    height_px: int = 8,
    box: Box | None = None,
    box_color: Color = WHITE,
) -> bytes:
    """A PNG of one color, with a filled box (left, top, right, bottom; pixels) when asked for."""
    image = Image.new("RGB", (width_px, height_px), color)
    if box is not None:
        left, top, right, bottom = box
        ImageDraw.Draw(image).rectangle((left, top, right - 1, bottom - 1), fill=box_color)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def numbered_png(number: int, *, width_px: int = 8, height_px: int = 8) -> bytes:
    """A PNG that no other number up to 16 million gives: its color is the number."""
    color = (number >> 16 & 255, number >> 8 & 255, number & 255)
    return png(color, width_px=width_px, height_px=height_px)


def png_folder(folder: Path, n_images: int, *, width_px: int = 8, height_px: int = 8) -> Path:
    """A folder with `0000.png`, `0001.png` … that all differ; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n_images):
        data = numbered_png(number, width_px=width_px, height_px=height_px)
        (folder / f"{number:04}.png").write_bytes(data)
    return folder
