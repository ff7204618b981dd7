"""Forest plot: differences between two contenders each, with their intervals, around zero."""

import math
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from runoff_web.charts.marks import cut, hue, shape
from runoff_web.charts.rows import Rows, in_both
from runoff_web.charts.scales import Scale, around, ticks
from runoff_web.format import number, points

_WIDE: Final = Rows("at-desk", 680, 262, 500, n_name=40)
_NARROW: Final = Rows("on-phone", 340, 10, 330, n_name=30, above=12)
_ROW: Final = 30
_BETWEEN: Final = 9
"""Rows of two lines each, so that they do not read as one."""
_TOP: Final = 6
_FOOT: Final = 36
_SIDE: Final = 21
"""Characters that fit below each half of the plot, where it says who is better."""


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
    name_below: str = ""
    """The second line of a name that one has no room for."""


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
    word = points if as_shares else number
    two_lines = any(each.name_below for each in effects)

    def draw(given: Rows) -> Markup:
        at = given.of_two_lines() if two_lines else given
        scale = around(known, start=at.left, end=at.right, least=0.005 if as_shares else 1e-6)
        row = _ROW + at.above + (_BETWEEN if two_lines else 0)
        bottom = _TOP + row * len(effects)
        zero = Markup('<line class="zero" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>')
        return Markup("").join(
            [
                at.begin(bottom + _FOOT, title),
                _band(scale(-margin), scale(margin), bottom) if margin is not None else "",
                *(_tick(scale(each), bottom, word(each)) for each in ticks(scale, n=4)),
                zero.format(scale(0), _TOP, bottom),
                *(_effect(each, scale, at, _TOP + row * n) for n, each in enumerate(effects)),
                _side(at.left, bottom + 30, "start", f"← {cut(better_left, _SIDE)} better"),
                _side(at.right, bottom + 30, "end", f"{cut(better_right, _SIDE)} better →"),
                Markup("</svg>"),
            ]
        )

    return in_both(draw, _WIDE, _NARROW)


def _tick(x: float, bottom: float, label: str) -> Markup:
    return Markup(
        '<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="tick" x="{0}" y="{3}" text-anchor="middle">{4}</text>'
    ).format(x, _TOP, bottom, bottom + 14, label)


def _band(low: float, high: float, bottom: float) -> Markup:
    return Markup('<rect class="band" x="{}" y="{}" width="{}" height="{}"/>').format(
        low, _TOP, round(high - low, 1), bottom - _TOP
    )


def _effect(each: Effect, scale: Scale, at: Rows, top: float) -> Markup:
    y = top + at.above + _ROW / 2
    words = at.words(each.name, each.note, top=top, middle=y + 4, name_below=each.name_below)
    if each.difference is None or not math.isfinite(each.difference):
        return words
    line = Markup("")
    if each.low is not None and each.high is not None:
        line = Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke-width="2"/>').format(
            scale(each.low), scale(each.high), y=y
        )
    drawn = line + shape(each.position, scale(each.difference), y)
    return words + Markup('<g class="r{}">{}</g>').format(hue(each.position), drawn)


def _side(x: float, y: float, anchor: str, text: str) -> Markup:
    return Markup('<text class="tick" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        x, y, anchor, text
    )
