"""Where a chart of rows has its parts: beside each other where there is room, else above."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from runoff_web.charts.marks import cut


@dataclass(frozen=True)
class Rows:
    """A row has a name, a drawing and a note."""

    kind: str
    """`at-desk` or `on-phone`: styles show one of the two."""
    width: int
    left: int
    """Of the drawing."""
    right: int
    n_name: int
    """Characters that fit into a name."""
    above: int = 0
    """Of a row's height, for its words, where they stand above the drawing."""

    def begin(self, height: float, title: str) -> Markup:
        """The picture's first tag."""
        return Markup(
            '<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        ).format(self.kind, self.width, height, title)

    def words(self, name: str, note: str, *, top: float, middle: float) -> Markup:
        """Name and note of the row that begins at `top` and whose drawing is around `middle`."""
        y = top + 12 if self.above else middle
        x, anchor = (self.width, "end") if self.above else (self.right + 12, "start")
        return Markup(
            '<text class="name" x="0" y="{y}">{name}</text>'
            '<text class="val" x="{x}" y="{y}" text-anchor="{anchor}">{note}</text>'
        ).format(y=y, name=cut(name, self.n_name), x=x, anchor=anchor, note=note)


def in_both(draw: Callable[[Rows], Markup], wide: Rows, narrow: Rows) -> Markup:
    """The picture for a desk and the one for a telephone."""
    return draw(wide) + draw(narrow)
