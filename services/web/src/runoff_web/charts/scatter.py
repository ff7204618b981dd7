"""Two contenders' numbers of the same entries: points around the diagonal, or counts in cells."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from runoff_contracts.compared_entries import ComparedPoint, ComparedPoints, PointCells
from runoff_web.charts.marks import cut, hue
from runoff_web.charts.plane import Plane
from runoff_web.charts.scales import powers, spanning, ticks
from runoff_web.format import count, number, seconds

_WIDTH: Final = 460
_HEIGHT: Final = 440
_PLANE: Final = Plane(left=62, right=446, top=10, bottom=394)
_NAME: Final = 44
_SIZES: Final = ((100, 12), (10, 9), (2, 7), (1, 5))
"""From so many entries at one place on, a dot so wide."""
N_CLASSES: Final = 6
N_LINKED: Final = 20


@dataclass(frozen=True)
class Axis:
    """A number to its place, with the words for it."""

    place: Callable[[float], float]
    marks: Sequence[tuple[float, str]]


def scatter(
    found: ComparedPoints, *, x_name: str, y_name: str, title: str, entry: Callable[[str], str]
) -> Markup:
    """The picture as SVG: dots of whom lies above take the colour of y, below that of x.

    Args:
        entry: Address of an entry, for the farthest from the diagonal.
    """
    is_time = found.of == "latency"
    if found.cells is not None:
        numbers = [*found.cells.x_edges, *found.cells.y_edges]
    else:
        numbers = [value for each in found.points or [] for value in (each.x, each.y)]
    x_axis, y_axis = (
        _axis(numbers, is_time, _PLANE.left, _PLANE.right),
        _axis(numbers, is_time, _PLANE.bottom, _PLANE.top),
    )
    parts = [
        Markup(
            '<svg class="chart square" viewBox="0 0 {} {}" role="group" aria-label="{}">'
        ).format(_WIDTH, _HEIGHT, title),
        *(_PLANE.x_mark(x_axis.place(at), word) for at, word in x_axis.marks),
        *(_PLANE.y_mark(y_axis.place(at), word) for at, word in y_axis.marks),
    ]
    if found.cells is not None:
        parts.append(_cells(found.cells, x_axis, y_axis))
    parts.append(
        Markup('<path class="zero" d="M{} {}L{} {}"/>').format(
            _PLANE.left, _PLANE.bottom, _PLANE.right, _PLANE.top
        )
    )
    if found.points is not None:
        parts += _dots(found, x_axis, y_axis)
        parts += [
            _linked(x_axis.place(each.x), y_axis.place(each.y), each.entry_id, entry(each.entry_id))
            for each in farthest(found)
        ]
    parts += [_PLANE.names(x_name, y_name, limit=_NAME), Markup("</svg>")]
    return Markup("").join(parts)


def farthest(found: ComparedPoints) -> list[ComparedPoint]:
    """The entries on which the two differ most."""
    apart = sorted(found.points or [], key=lambda each: -abs(each.x - each.y))
    return [each for each in apart[:N_LINKED] if each.x != each.y]


def _axis(numbers: list[float], is_time: bool, start: float, end: float) -> Axis:
    """The same for both, so that the diagonal is where both are equal."""
    if not is_time:
        scale = spanning(numbers, start=start, end=end)
        return Axis(scale, [(each, number(each)) for each in ticks(scale)])
    logs = [math.log10(each) for each in numbers if each > 0] or [-3.0, 0.0]
    scale = spanning(logs, start=start, end=end, least=0.05)
    lowest = min(logs)

    def place(value: float) -> float:
        return scale(math.log10(value) if value > 0 else lowest)

    return Axis(place, [(10**each, seconds(10**each)) for each in powers(scale) if each < 300])


def _dots(found: ComparedPoints, x_axis: Axis, y_axis: Axis) -> list[Markup]:
    """One path a colour and size: thousands of elements would weigh more than the page."""
    places: Counter[tuple[int, int, int]] = Counter()
    for each in found.points or []:
        side = 2 if each.x == each.y else int(each.y > each.x)
        places[round(x_axis.place(each.x)), round(y_axis.place(each.y)), side] += 1
    paths: dict[tuple[int, int], list[str]] = {}
    for (x, y, side), n in places.items():
        size = next(width for least, width in _SIZES if n >= least)
        paths.setdefault((side, size), []).append(f"M{x} {y}h0")
    colours = (f"r{hue(found.versus)}", f"r{hue(found.contender)}", "even")
    return [
        Markup('<path class="dots {}" stroke-width="{}" d="{}"/>').format(
            colours[side], size, "".join(path)
        )
        for (side, size), path in sorted(paths.items(), reverse=True)
    ]


def _linked(x: float, y: float, entry_id: str, address: str) -> Markup:
    return Markup(
        '<a href="{}" tabindex="-1"><circle class="hit" cx="{}" cy="{}" r="6"/>'
        "<title>{}</title></a>"
    ).format(address, x, y, cut(entry_id, 80))


def _cells(cells: PointCells, x_axis: Axis, y_axis: Axis) -> Markup:
    most = max((n for row in cells.counts for n in row), default=0)
    drawn = []
    for y0, y1, row in zip(cells.y_edges, cells.y_edges[1:], cells.counts, strict=False):
        top, bottom = y_axis.place(y1), y_axis.place(y0)
        for x0, x1, n in zip(cells.x_edges, cells.x_edges[1:], row, strict=False):
            if n:
                left, right = x_axis.place(x0), x_axis.place(x1)
                drawn.append(
                    Markup(
                        '<rect class="heat{}" x="{}" y="{}" width="{}" height="{}">'
                        "<title>{}</title></rect>"
                    ).format(
                        _class(n, most),
                        left,
                        top,
                        round(max(right - left, 1), 1),
                        round(max(bottom - top, 1), 1),
                        count(n),
                    )
                )
    return Markup("").join(drawn)


def _class(n: int, most: int) -> int:
    """By the logarithm: a few full cells would leave all others alike."""
    return min(int(N_CLASSES * math.log1p(n) / math.log1p(max(most, 1))), N_CLASSES - 1)
