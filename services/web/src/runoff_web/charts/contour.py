"""Two numbers of many runs against a third: points, and lines along which the third is equal."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from runoff_web.charts.marks import cut
from runoff_web.charts.plane import Plane
from runoff_web.charts.scales import spanning, ticks
from runoff_web.format import by_name, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

_WIDTH: Final = 720
_HEIGHT: Final = 440
_PLANE: Final = Plane(left=70, right=650, top=12, bottom=392)
_NAME: Final = 50
_N_GRID: Final = 44
N_LEVELS: Final = 7
N_STEPS: Final = 5
"""Of the ramp of colours."""
MIN_POINTS: Final = 6
"""Places that differ; fewer say nothing of what lies between them."""
_FAR: Final = 0.22
"""Of the width of the picture: further than this from every point nothing is drawn."""
_CASES: Final = {
    1: ((3, 0),), 2: ((0, 1),), 3: ((3, 1),), 4: ((1, 2),), 5: ((3, 2), (0, 1)), 6: ((0, 2),),
    7: ((3, 2),), 8: ((2, 3),), 9: ((2, 0),), 10: ((3, 0), (1, 2)), 11: ((2, 1),), 12: ((1, 3),),
    13: ((1, 0),), 14: ((0, 3),),
}  # fmt: skip
"""Marching squares: which edges of a cell a line joins, by which corners lie above the level.
Corners and edges are counted from the lower left, against the clock from the lower edge."""


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


def contour(
    points: Sequence[RunPoint], x_axis: PlotAxis, y_axis: PlotAxis, *, z_name: str, title: str
) -> Markup:
    """The picture; lines only where `n_places` is `MIN_POINTS` or more. Points whose number has no
    logarithm are left out of a logarithmic axis.
    """
    shown = [each for each in points if _fits(x_axis, each.x) and _fits(y_axis, each.y)]
    if not shown:
        return Markup("")
    xs, ys = [x_axis.at(each.x) for each in shown], [y_axis.at(each.y) for each in shown]
    x_scale = spanning(xs, start=_PLANE.left, end=_PLANE.right, room=0.06)
    y_scale = spanning(ys, start=_PLANE.bottom, end=_PLANE.top, room=0.06)
    placed = [(x_scale(x), y_scale(y), each) for x, y, each in zip(xs, ys, shown, strict=True)]
    parts = [
        Markup('<svg class="chart" viewBox="0 0 {} {}" role="group" aria-label="{}">').format(
            _WIDTH, _HEIGHT, title
        ),
        *(_PLANE.x_mark(x_scale(each), _word(each, x_axis)) for each in ticks(x_scale)),
        *(_PLANE.y_mark(y_scale(each), _word(each, y_axis)) for each in ticks(y_scale)),
    ]
    known = [each.z for each in shown if each.z is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    if n_places(shown) >= MIN_POINTS and low < high:
        parts += _lines([(x, y, each.z) for x, y, each in placed if each.z is not None])
    parts += [_point(x, y, each, low, high) for x, y, each in placed]
    if known and low < high:
        parts.append(_key(z_name, low, high))
    parts += [_PLANE.names(x_axis.name, y_axis.name, limit=_NAME), Markup("</svg>")]
    return Markup("").join(parts)


def _fits(axis: PlotAxis, value: float) -> bool:
    return math.isfinite(value) and (not axis.is_log or value > 0)


def _word(at: float, axis: PlotAxis) -> str:
    return by_name(axis.name, 10**at if axis.is_log and abs(at) < 300 else at)


def _lines(known: list[tuple[float, float, float]]) -> list[Markup]:
    """Contour lines of what lies between the points: inverse distances weigh them.

    Source: Shepard (1968), A two-dimensional interpolation function for irregularly-spaced data.
    """
    # At its first use: pages without such a picture do without it.
    import numpy as np

    x, y, z = (np.array(each, dtype=np.float64) for each in zip(*known, strict=True))
    across, up = (
        np.linspace(_PLANE.left, _PLANE.right, _N_GRID),
        np.linspace(_PLANE.bottom, _PLANE.top, _N_GRID),
    )
    gx, gy = np.meshgrid(across, up)
    squared = (gx[..., None] - x) ** 2 + (gy[..., None] - y) ** 2
    weights = 1 / np.maximum(squared, 1.0) ** 1.5
    # In units of its own span: very large numbers would have no finite sum.
    unit = (z / 2 - z.min() / 2) / (z.max() / 2 - z.min() / 2)
    grid = (weights * unit).sum(axis=2) / weights.sum(axis=2)
    grid[squared.min(axis=2) > (_FAR * (_PLANE.right - _PLANE.left)) ** 2] = np.nan
    drawn = []
    for at in range(N_LEVELS):
        level = (at + 1) / (N_LEVELS + 1)
        path = _path(grid, across.tolist(), up.tolist(), level)
        if path:
            drawn.append(Markup('<path class="level z{}" d="{}"/>').format(_step(level), path))
    return drawn


def _path(grid: "Grid", across: list[float], up: list[float], level: float) -> str:
    rows = grid.tolist()
    parts = []
    for j in range(len(up) - 1):
        for i in range(len(across) - 1):
            corners = (rows[j][i], rows[j][i + 1], rows[j + 1][i + 1], rows[j + 1][i])
            if any(math.isnan(each) for each in corners):
                continue
            case = sum((each > level) << at for at, each in enumerate(corners))
            for start, end in _CASES.get(case, ()):
                a = _crossing(start, corners, level, across[i : i + 2], up[j : j + 2])
                b = _crossing(end, corners, level, across[i : i + 2], up[j : j + 2])
                parts.append(f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}")
    return "".join(parts)


def _crossing(
    edge: int, corners: Sequence[float], level: float, xs: list[float], ys: list[float]
) -> tuple[float, float]:
    """Where a level crosses an edge of a cell."""
    places = ((xs[0], ys[0]), (xs[1], ys[0]), (xs[1], ys[1]), (xs[0], ys[1]))
    a, b = edge, (edge + 1) % 4
    span = corners[b] - corners[a]
    share = (level - corners[a]) / span if span else 0.5
    return (
        places[a][0] + share * (places[b][0] - places[a][0]),
        places[a][1] + share * (places[b][1] - places[a][1]),
    )


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


def _key(name: str, low: float, high: float) -> Markup:
    parts = [
        Markup('<rect class="fill-z{}" x="{}" y="{}" width="12" height="22"/>').format(
            at, _PLANE.right + 14, 140 - at * 22
        )
        for at in range(N_STEPS)
    ]
    words = Markup(
        '<text class="tick" x="{x}" y="62">{high}</text><text class="tick" x="{x}" y="160">{low}'
        '</text><text class="tick" x="{left}" y="34">{name}</text>'
    ).format(
        x=_PLANE.right + 30,
        left=_PLANE.right - 30,
        low=by_name(name, low),
        high=by_name(name, high),
        name=cut(name, 18),
    )
    return Markup("").join([*parts, words])


__all__ = ["MIN_POINTS", "PlotAxis", "RunPoint", "contour", "n_places"]
