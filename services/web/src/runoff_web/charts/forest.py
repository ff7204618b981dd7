"""Forest plot: differences between two contenders each, with their intervals, around zero."""

import math
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from runoff_web.charts.marks import cut, hue, shape
from runoff_web.charts.scales import Scale, around, ticks
from runoff_web.format import number, points

_WIDTH: Final = 680
_ROW: Final = 30
_TOP: Final = 6
_FOOT: Final = 36
_LEFT: Final = 262
_RIGHT: Final = 500
_NAME: Final = 40
_SIDE: Final = 21
"""Characters that fit: a name beside the plot, and who is better below each half of it."""


@dataclass(frozen=True)
class Effect:
    """One row: what a contender has more than another."""

    name: str
    position: int
    difference: float | None
    """In the unit of the metric; shares from -1 to 1."""
    low: float | None
    high: float | None
    note: str
    """What is said of it at the right."""


def forest(
    effects: list[Effect],
    *,
    title: str,
    better_left: str,
    better_right: str,
    as_shares: bool = True,
    margin: float | None = None,
) -> Markup:
    """The plot as SVG.

    Args:
        title: Read out in place of the picture.
        better_left: Who is better where a difference lies left of zero.
        better_right: The same on the right.
        as_shares: Differences are of shares, and are written as points; else as numbers.
        margin: Differences within it on both sides of zero count as none.
    """
    known = [
        value
        for each in effects
        for value in (each.difference, each.low, each.high)
        if value is not None and math.isfinite(value)
    ]
    if margin is not None:
        known += [margin, -margin]
    scale = around(known, start=_LEFT, end=_RIGHT, least=0.005 if as_shares else 1e-6)
    height = _TOP + _ROW * len(effects) + _FOOT
    bottom = _TOP + _ROW * len(effects)
    parts = [
        Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            _WIDTH, height, title
        )
    ]
    if margin is not None:
        parts.append(_band(scale(-margin), scale(margin), bottom))
    for tick in ticks(scale, n=4):
        parts.append(_tick(scale(tick), bottom, points(tick) if as_shares else number(tick)))
    parts.append(
        Markup('<line class="zero" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(
            scale(0), _TOP, bottom
        )
    )
    for row, each in enumerate(effects):
        parts.append(_effect(each, scale, _TOP + _ROW * row + _ROW / 2))
    parts.append(_side(_LEFT, bottom + 30, "start", f"← {cut(better_left, _SIDE)} better"))
    parts.append(_side(_RIGHT, bottom + 30, "end", f"{cut(better_right, _SIDE)} better →"))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _tick(x: float, bottom: float, label: str) -> Markup:
    return Markup(
        '<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="tick" x="{0}" y="{3}" text-anchor="middle">{4}</text>'
    ).format(x, _TOP, bottom, bottom + 14, label)


def _band(low: float, high: float, bottom: float) -> Markup:
    return Markup('<rect class="band" x="{}" y="{}" width="{}" height="{}"/>').format(
        low, _TOP, round(high - low, 1), bottom - _TOP
    )


def _effect(each: Effect, scale: Scale, y: float) -> Markup:
    name = Markup('<text class="name" x="0" y="{}">{}</text>').format(y + 4, cut(each.name, _NAME))
    note = Markup('<text class="val" x="{}" y="{}">{}</text>').format(_RIGHT + 12, y + 4, each.note)
    if each.difference is None or not math.isfinite(each.difference):
        return name + note
    line = Markup("")
    if each.low is not None and each.high is not None:
        line = Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke-width="2"/>').format(
            scale(each.low), scale(each.high), y=y
        )
    drawn = line + shape(each.position, scale(each.difference), y)
    return name + Markup('<g class="r{}">{}</g>').format(hue(each.position), drawn) + note


def _side(x: float, y: float, anchor: str, text: str) -> Markup:
    return Markup('<text class="tick" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        x, y, anchor, text
    )
