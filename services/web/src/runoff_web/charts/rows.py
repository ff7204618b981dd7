"""Where a chart of rows has its parts: beside each other where there is room, else above."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Self

from markupsafe import Markup

from runoff_web.charts.marks import cut

LINE: Final = 14
"""Height of a line of words."""


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

    def of_two_lines(self) -> Self:
        """With room for names of two lines."""
        return replace(self, above=self.above + LINE) if self.above else self

    def begin(self, height: float, title: str) -> Markup:
        """The picture's first tag."""
        return Markup(
            '<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        ).format(self.kind, self.width, height, title)

    def words(
        self, name: str, note: str, *, top: float, middle: float, name_below: str = ""
    ) -> Markup:
        """Name and note of the row that begins at `top` and whose drawing is around `middle`."""
        lines = [name, name_below] if name_below else [name]
        y = top + 12 if self.above else middle
        first = y if self.above else y - LINE / 2 * (len(lines) - 1)
        x, anchor = (self.width, "end") if self.above else (self.right + 12, "start")
        named = Markup('<text class="name" x="0" y="{}">{}</text>')
        said = Markup('<text class="val" x="{}" y="{}" text-anchor="{}">{}</text>')
        return Markup("").join(
            [
                *(named.format(first + n * LINE, cut(e, self.n_name)) for n, e in enumerate(lines)),
                said.format(x, y, anchor, note),
            ]
        )


def in_both(draw: Callable[[Rows], Markup], wide: Rows, narrow: Rows) -> Markup:
    """The picture for a desk and the one for a telephone."""
    return draw(wide) + draw(narrow)
