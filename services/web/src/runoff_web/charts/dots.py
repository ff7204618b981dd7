"""Dot plot: a value of every contender with its interval, one row a group, on one axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from runoff_web.charts.marks import hue, shape
from runoff_web.charts.rows import Rows, in_both
from runoff_web.charts.scales import Scale, spanning, ticks
from runoff_web.format import number, percent

_WIDE: Final = Rows("at-desk", 680, 190, 600, n_name=28)
_NARROW: Final = Rows("on-phone", 340, 10, 330, n_name=36, above=14)
_TOP: Final = 6
_FOOT: Final = 22
_LINE: Final = 11
_GAP: Final = 12


@dataclass(frozen=True)
class Dot:
    """One contender's value."""

    position: int
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class DotRow:
    """One group."""

    name: str
    note: str
    dots: Sequence[Dot]


def dots(rows: Sequence[DotRow], *, title: str, as_shares: bool = True) -> Markup:
    """The plot as SVG; nothing where there is nothing to draw."""
    known = [
        value
        for row in rows
        for dot in row.dots
        for value in (dot.value, dot.low, dot.high)
        if value is not None and math.isfinite(value)
    ]
    if not known:
        return Markup("")

    def draw(at: Rows) -> Markup:
        scale = spanning(known, start=at.left, end=at.right)
        heights = [at.above + _GAP + _LINE * max(len(row.dots), 1) for row in rows]
        bottom = _TOP + sum(heights)
        parts = [at.begin(bottom + _FOOT, title)]
        for tick in ticks(scale):
            label = percent(tick, places=0) if as_shares else number(tick)
            parts.append(
                Markup(
                    '<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
                    '<text class="tick" x="{0}" y="{3}" text-anchor="middle">{4}</text>'
                ).format(scale(tick), _TOP, bottom, bottom + 14, label)
            )
        top = _TOP
        for row, height in zip(rows, heights, strict=True):
            parts.append(_row(row, scale, at, top, height))
            top += height
        return Markup("").join([*parts, Markup("</svg>")])

    return in_both(draw, _WIDE, _NARROW)


def _row(row: DotRow, scale: Scale, at: Rows, top: int, height: int) -> Markup:
    parts = [
        at.words(row.name, row.note, top=top, middle=top + height / 2 + 4),
        Markup('<line class="grid" x1="0" x2="{}" y1="{y}" y2="{y}"/>').format(
            at.width, y=top + height
        ),
    ]
    for place, dot in enumerate(row.dots):
        if dot.value is None or not math.isfinite(dot.value):
            continue
        y = top + at.above + (_GAP + _LINE) / 2 + _LINE * place
        line = Markup("")
        if dot.low is not None and dot.high is not None:
            line = Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke-width="2"/>').format(
                scale(dot.low), scale(dot.high), y=y
            )
        drawn = line + shape(dot.position, scale(dot.value), y)
        parts.append(Markup('<g class="r{}">{}</g>').format(hue(dot.position), drawn))
    return Markup("").join(parts)
