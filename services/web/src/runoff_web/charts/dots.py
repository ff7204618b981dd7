"""Dot plot: a value of every contender with its interval, one row a group, on one axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from runoff_web.charts.marks import cut, hue, shape
from runoff_web.charts.scales import Scale, spanning, ticks
from runoff_web.format import number, percent

_WIDTH: Final = 680
_TOP: Final = 6
_FOOT: Final = 22
_LEFT: Final = 190
_RIGHT: Final = 600
_LINE: Final = 11
_GAP: Final = 12
_NAME: Final = 28


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
    scale = spanning(known, start=_LEFT, end=_RIGHT)
    heights = [_GAP + _LINE * max(len(row.dots), 1) for row in rows]
    bottom = _TOP + sum(heights)
    parts = [
        Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            _WIDTH, bottom + _FOOT, title
        )
    ]
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
        parts.append(_row(row, scale, top, height))
        top += height
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _row(row: DotRow, scale: Scale, top: int, height: int) -> Markup:
    middle = top + height / 2
    parts = [
        Markup(
            '<text class="name" x="0" y="{y}">{name}</text>'
            '<text class="val" x="{right}" y="{y}">{note}</text>'
            '<line class="grid" x1="0" x2="{width}" y1="{end}" y2="{end}"/>'
        ).format(
            y=middle + 4,
            name=cut(row.name, _NAME),
            right=_RIGHT + 12,
            note=row.note,
            width=_WIDTH,
            end=top + height,
        )
    ]
    for at, dot in enumerate(row.dots):
        if dot.value is None or not math.isfinite(dot.value):
            continue
        y = top + (_GAP + _LINE) / 2 + _LINE * at
        line = Markup("")
        if dot.low is not None and dot.high is not None:
            line = Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke-width="2"/>').format(
                scale(dot.low), scale(dot.high), y=y
            )
        drawn = line + shape(dot.position, scale(dot.value), y)
        parts.append(Markup('<g class="r{}">{}</g>').format(hue(dot.position), drawn))
    return Markup("").join(parts)
