"""Two numbers of many runs against a third: points, and lines along which the third is equal."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from runoff_web.charts.levels import Segment, levels_of
from runoff_web.charts.marks import cut
from runoff_web.charts.plane import Plane
from runoff_web.charts.scales import Scale, powers, spanning, ticks
from runoff_web.format import by_name, number, tick

N_STEPS: Final = 5
"""Of the ramp of colours."""
MIN_POINTS: Final = 6
"""Places that differ; fewer say nothing of what lies between them."""


@dataclass(frozen=True)
class RunPoint:
    """One contender."""

    label: str
    address: str
    x: float
    y: float
    z: float | None
    """None where no third number is asked for, or it has none."""


@dataclass(frozen=True)
class PlotAxis:
    """One of the two axes."""

    name: str
    is_log: bool = False

    def at(self, value: float) -> float:
        """The number that is drawn."""
        return math.log10(value) if self.is_log else value


def n_places(points: Sequence[RunPoint]) -> int:
    """Different places with a third number."""
    return len({(each.x, each.y) for each in points if each.z is not None})


@dataclass(frozen=True)
class _Picture:
    """Where the parts stand; the key beside the plane, or below it."""

    kind: str
    """`at-desk` or `on-phone`: styles show one of the two."""
    width: int
    height: int
    plane: Plane
    n_name: int
    """Characters that fit along a side."""
    key: tuple[int, int]
    """Upper left corner of the key's colours."""
    n_ticks: int


_DESK: Final = _Picture(
    "at-desk", 760, 440, Plane(left=70, right=610, top=12, bottom=392), 50, (640, 40), 6
)
_PHONE: Final = _Picture(
    "on-phone", 360, 400, Plane(left=52, right=350, top=10, bottom=290), 30, (52, 362), 4
)
_FINE: Final = 1000
_UNIT: Final = Plane(left=0, right=_FINE, top=0, bottom=_FINE)
"""In which the lines are found, whatever picture they are drawn in."""


def contour(
    points: Sequence[RunPoint], x_axis: PlotAxis, y_axis: PlotAxis, *, z_name: str, title: str
) -> Markup:
    """The picture for a desk and the one for a telephone; lines only where `n_places` is
    `MIN_POINTS` or more. Points whose number has no logarithm are left out of a logarithmic axis.
    """
    shown = [each for each in points if _fits(x_axis, each.x) and _fits(y_axis, each.y)]
    if not shown:
        return Markup("")
    known = [each.z for each in shown if each.z is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    lines: list[tuple[float, list[Segment]]] = []
    if n_places(shown) >= MIN_POINTS and low < high:
        placed = _placed(shown, x_axis, y_axis, _UNIT)
        lines = levels_of(
            [(x / _FINE, y / _FINE, each.z) for x, y, each in placed if each.z is not None]
        )
    drawn = []
    for at in (_DESK, _PHONE):
        x_scale, y_scale = _scales(shown, x_axis, y_axis, at.plane)
        parts = [
            Markup(
                '<svg class="chart {}" viewBox="0 0 {} {}" role="group" aria-label="{}">'
            ).format(at.kind, at.width, at.height, title),
            *(at.plane.x_mark(x_scale(each), word) for each, word in _marks(x_axis, x_scale, at)),
            *(at.plane.y_mark(y_scale(each), word) for each, word in _marks(y_axis, y_scale, at)),
            *(_level(level, segments, at.plane) for level, segments in lines),
            *(
                _point(x, y, each, low, high)
                for x, y, each in _placed(shown, x_axis, y_axis, at.plane)
            ),
        ]
        if known and low < high:
            parts.append(_key(z_name, low, high, at))
        parts += [at.plane.names(x_axis.name, y_axis.name, limit=at.n_name), Markup("</svg>")]
        drawn.append(Markup("").join(parts))
    return Markup("").join(drawn)


def _fits(axis: PlotAxis, value: float) -> bool:
    return math.isfinite(value) and (not axis.is_log or value > 0)


def _scales(
    shown: Sequence[RunPoint], x_axis: PlotAxis, y_axis: PlotAxis, plane: Plane
) -> tuple[Scale, Scale]:
    return (
        spanning([x_axis.at(e.x) for e in shown], start=plane.left, end=plane.right, room=0.06),
        spanning([y_axis.at(e.y) for e in shown], start=plane.bottom, end=plane.top, room=0.06),
    )


def _placed(
    shown: Sequence[RunPoint], x_axis: PlotAxis, y_axis: PlotAxis, plane: Plane
) -> list[tuple[float, float, RunPoint]]:
    x_scale, y_scale = _scales(shown, x_axis, y_axis, plane)
    return [(x_scale(x_axis.at(each.x)), y_scale(y_axis.at(each.y)), each) for each in shown]


def _marks(axis: PlotAxis, scale: Scale, at: _Picture) -> list[tuple[float, str]]:
    """Places along an axis with their words; a telephone has room for every other one."""
    if not axis.is_log:
        return [(each, tick(axis.name, each)) for each in ticks(scale, n=at.n_ticks)]
    found = [each for each in powers(scale) if abs(each) < 300]
    few = found[:: max(math.ceil(len(found) / (at.n_ticks + 2)), 1)]
    return [(each, tick(axis.name, 10**each)) for each in few]


def _level(level: float, segments: Sequence[Segment], plane: Plane) -> Markup:
    """One line, of many pieces."""
    if not segments:
        return Markup("")
    wide, high = plane.right - plane.left, plane.bottom - plane.top
    path = "".join(
        f"M{plane.left + a[0] * wide:.1f} {plane.top + a[1] * high:.1f}"
        f"L{plane.left + b[0] * wide:.1f} {plane.top + b[1] * high:.1f}"
        for a, b in segments
    )
    return Markup('<path class="level z{}" d="{}"/>').format(_step(level), path)


def _step(share: float) -> int:
    return min(int(share * N_STEPS), N_STEPS - 1)


def _point(x: float, y: float, each: RunPoint, low: float, high: float) -> Markup:
    kind = "none"
    if each.z is not None:
        kind = f"z{_step((each.z / 2 - low / 2) / (high / 2 - low / 2))}" if low < high else "z2"
    ring = Markup("")
    if each.z is not None and low < high and each.z == high:
        ring = Markup('<circle class="highest" cx="{}" cy="{}" r="8"/>').format(x, y)
    said = each.label if each.z is None else f"{each.label}: {number(each.z)}"
    return Markup(
        '<a href="{}" tabindex="-1">{}<circle class="point {}" cx="{}" cy="{}" r="4"/>'
        "<title>{}</title></a>"
    ).format(each.address, ring, kind, x, y, said)


def _key(name: str, low: float, high: float, at: _Picture) -> Markup:
    """Colours from low to high: upwards beside the plane, to the right below it."""
    x, y = at.key
    is_below = y > at.plane.bottom
    size = (28, 12) if is_below else (12, 22)
    parts = [
        Markup('<rect class="fill-z{}" x="{}" y="{}" width="{}" height="{}"/>').format(
            step,
            x + step * size[0] if is_below else x,
            y if is_below else y + (N_STEPS - 1 - step) * size[1],
            *size,
        )
        for step in range(N_STEPS)
    ]
    length = N_STEPS * (size[0] if is_below else size[1])
    places = (
        [(x, y + 24, "start", low), (x + length, y + 24, "end", high)]
        if is_below
        else [(x + 18, y + length, "start", low), (x + 18, y + 10, "start", high)]
    )
    words = [
        Markup('<text class="tick" x="{}" y="{}" text-anchor="{}">{}</text>').format(
            left, foot, anchor, by_name(name, value)
        )
        for left, foot, anchor, value in places
    ]
    title = (x + length + 8, y + 10) if is_below else (x, y - 12)
    words.append(
        Markup('<text class="name" x="{}" y="{}">{}</text>').format(
            *title, cut(name.removeprefix("metrics.").removeprefix("params."), 18)
        )
    )
    return Markup("").join([*parts, *words])


__all__ = ["MIN_POINTS", "PlotAxis", "RunPoint", "contour", "n_places"]
