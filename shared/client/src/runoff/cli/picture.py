"""A small grey picture in a terminal: two rows of pixels a line, as half blocks."""

from collections.abc import Sequence

from rich.text import Text

Pixels = Sequence[Sequence[int]]
"""Rows of grey values, 0 (black) to 255 (white); rows are of one length, and even in number."""

INK = 110
BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def half_blocks(pixels: Pixels, *, in_color: bool) -> Text:
    """The picture; without colors each pixel is drawn or left out."""
    picture = Text(no_wrap=True)
    for number in range(0, len(pixels), 2):
        for upper, lower in zip(pixels[number], pixels[number + 1], strict=True):
            if in_color:
                picture.append("▀", style=f"{_grey(upper)} on {_grey(lower)}")
            else:
                picture.append(BLOCKS[upper > INK, lower > INK])
        if number + 2 < len(pixels):
            picture.append("\n")
    return picture


def _grey(value: int) -> str:
    return f"rgb({value},{value},{value})"
