"""The shapes that stand for contenders wherever they are shown: letter, shape, dash, colour."""

from typing import Final

from markupsafe import Markup

N_HUES: Final = 4
_SHAPES: Final = (
    '<circle cx="{x}" cy="{y}" r="4"/>',
    '<rect x="{x0}" y="{y0}" width="8" height="8"/>',
    '<path d="M{x} {y0}l4.5 8h-9z"/>',
    '<path d="M{x} {y0}l4.5 4.5-4.5 4.5-4.5-4.5z"/>',
    '<path d="M{x0} {y}h8M{x} {y0}v8" fill="none" stroke-width="2"/>',
    '<path d="M{x0} {y0}h8l-4 8z"/>',
    '<path d="M{x0} {y0}h8v8h-8z" fill="none" stroke-width="2"/>',
    '<path d="M{x} {y0}l4 4-4 4-4-4z" fill="none" stroke-width="2"/>',
    '<path d="M{x0} {y0}l8 8m0-8l-8 8" fill="none" stroke-width="2"/>',
)


def hue(position: int) -> int:
    """Colour of a place in the comparison; from the fifth on they share one."""
    return position if 0 <= position < N_HUES else N_HUES


def shape(position: int, x: float, y: float) -> Markup:
    """The shape of a contender at a place; from the ninth on they share one."""
    kind = position if 0 <= position < len(_SHAPES) else len(_SHAPES) - 1
    text = _SHAPES[kind].format(x=x, y=y, x0=round(x - 4, 1), y0=round(y - 4, 1))
    return Markup(text)  # noqa: S704  # numbers only


def cut(text: str, limit: int) -> str:
    """At most so many characters, with a mark where some are left out: pictures wrap nothing."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
