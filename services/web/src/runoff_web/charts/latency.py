"""Times of several contenders: one row each on a shared logarithmic axis, with their quantiles."""

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from markupsafe import Markup

from runoff_web.charts.marks import hue
from runoff_web.charts.rows import Rows, in_both
from runoff_web.charts.scales import Scale
from runoff_web.format import seconds

_WIDE: Final = Rows("at-desk", 680, 180, 550, n_name=27)
_NARROW: Final = Rows("on-phone", 340, 10, 330, n_name=26, above=20)
_ROW: Final = 48
_PEAK: Final = 38
_FOOT: Final = 22
_LABEL_WIDTH: Final = 50
"""Of the words below a tick; more of them than fit collide."""


@dataclass(frozen=True)
class Times:
    """One contender's times an entry."""

    name: str
    position: int
    edges_s: list[float]
    """Of bins, the same for all contenders."""
    counts: list[int]
    """One fewer than edges."""
    p50_s: float
    p95_s: float


def ridges(rows: list[Times], *, title: str) -> Markup:
    """How often which time was taken (areas), and the share that took at most it (lines)."""
    edges = [edge for row in rows for edge in row.edges_s if edge > 0 and math.isfinite(edge)]
    if not edges:
        return Markup("")
    low, high = math.log10(min(edges)), math.log10(max(edges))

    def draw(at: Rows) -> Markup:
        scale = Scale(low, max(high, low + 0.1), at.left, at.right)
        height = _ROW + at.above
        bottom = height * len(rows)
        parts = [at.begin(bottom + _FOOT, title)]
        parts += [_tick(scale, each, bottom) for each in _ticks(scale)]
        parts += [_row(row, scale, at, height * number) for number, row in enumerate(rows)]
        if not at.above:
            parts.append(
                Markup('<text class="tick" x="{}" y="{}">p50 · p95</text>').format(
                    at.right + 12, bottom + 14
                )
            )
        return Markup("").join([*parts, Markup("</svg>")])

    return in_both(draw, _WIDE, _NARROW)


def _row(row: Times, scale: Scale, at: Rows, above: float) -> Markup:
    y = above + at.above + _ROW - 4
    most = max(row.counts, default=0) or 1
    places = [scale(math.log10(edge)) for edge in row.edges_s if edge > 0]
    path = [f"M{places[0]} {y}"] if places else []
    for start, end, count in zip(places, places[1:], row.counts, strict=False):
        top = round(y - _PEAK * count / most, 1)
        path.append(f"L{start} {top}L{end} {top}")
    if places:
        path.append(f"L{places[-1]} {y}z")
    median = scale(math.log10(row.p50_s)) if row.p50_s > 0 else at.left
    p50, p95 = seconds(row.p50_s), seconds(row.p95_s)
    note = f"p50 {p50} · p95 {p95}" if at.above else f"{p50} · {p95}"
    return at.words(row.name, note, top=above, middle=y - 8) + Markup(
        '<g class="r{hue}">'
        '<path class="area" d="{path}"/><path class="cumulative" d="{share}"/>'
        '<line x1="{x}" x2="{x}" y1="{y}" y2="{top}" stroke-dasharray="3 2"/></g>'
    ).format(
        y=y,
        hue=hue(row.position),
        path="".join(path),
        share=_cumulative(row, places, y),
        x=median,
        top=y - _PEAK,
    )


def _cumulative(row: Times, places: list[float], y: float) -> str:
    n = sum(row.counts)
    if not n or not places:
        return ""
    steps = zip(places[1:], accumulate(row.counts), strict=False)
    return f"M{places[0]} {y}" + "".join(f"L{x} {round(y - _PEAK * m / n, 1)}" for x, m in steps)


def _ticks(scale: Scale) -> list[float]:
    """Powers of ten; with 2 and 5 times them where that leaves room; or the ends."""
    first, last = math.floor(scale.low), math.ceil(scale.high)
    factors = (1, 2, 5) if scale.high - scale.low < 2.2 else (1,)
    found = [power + math.log10(factor) for power in range(first, last + 1) for factor in factors]
    within = [each for each in found if scale.low <= each <= scale.high]
    fitting = max(2, int(abs(scale.end - scale.start) / _LABEL_WIDTH))
    return within[:: max(1, math.ceil(len(within) / fitting))] or [scale.low, scale.high]


def _tick(scale: Scale, power: float, bottom: float) -> Markup:
    return Markup(
        '<line class="grid" x1="{0}" x2="{0}" y1="0" y2="{1}"/>'
        '<text class="tick" x="{0}" y="{2}" text-anchor="middle">{3}</text>'
    ).format(scale(power), bottom, bottom + 14, seconds(10**power))
