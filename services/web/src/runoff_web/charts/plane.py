"""Axes of a picture with two numbers: grid lines with their words, and a name along each side."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from runoff_web.charts.marks import cut

_BELOW: Final = 36
"""From the lower edge to the foot of the name below it."""
_ASIDE: Final = 12
"""From the picture's left edge to the name that stands upright."""


@dataclass(frozen=True)
class Plane:
    """Where points may lie, in units of the picture."""

    left: int
    right: int
    top: int
    bottom: int

    def x_mark(self, x: float, word: str) -> Markup:
        """A line upwards, and what it stands for below it."""
        return Markup(
            '<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
            '<text class="tick" x="{0}" y="{3}" text-anchor="middle">{4}</text>'
        ).format(x, self.top, self.bottom, self.bottom + 14, word)

    def y_mark(self, y: float, word: str) -> Markup:
        """A line across, and what it stands for at its left."""
        return Markup(
            '<line class="grid" x1="{1}" x2="{2}" y1="{0}" y2="{0}"/>'
            '<text class="tick" x="{3}" y="{4}" text-anchor="end">{5}</text>'
        ).format(y, self.left, self.right, self.left - 6, y + 3, word)

    def names(self, x_name: str, y_name: str, *, limit: int) -> Markup:
        """What the numbers are, each to at most so many characters."""
        return Markup(
            '<text class="name" x="{x}" y="{foot}" text-anchor="middle">{x_name} →</text>'
            '<text class="name" transform="rotate(-90 {side} {y})" x="{side}" y="{y}"'
            ' text-anchor="middle">{y_name} →</text>'
        ).format(
            x=(self.left + self.right) / 2,
            foot=self.bottom + _BELOW,
            x_name=cut(x_name, limit),
            side=_ASIDE,
            y=(self.top + self.bottom) / 2,
            y_name=cut(y_name, limit),
        )
