"""Lines along which a number is equal, estimated between the places where it is known."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

_N_GRID: Final = 44
N_LEVELS: Final = 7
_ASPECT: Final = 0.65
"""Height by width, in which distances between points are measured."""
_FAR: Final = 0.22
"""Of the width of the picture: further than this from every point nothing is drawn."""
_CASES: Final = {
    1: ((3, 0),), 2: ((0, 1),), 3: ((3, 1),), 4: ((1, 2),), 5: ((3, 2), (0, 1)), 6: ((0, 2),),
    7: ((3, 2),), 8: ((2, 3),), 9: ((2, 0),), 10: ((3, 0), (1, 2)), 11: ((2, 1),), 12: ((1, 3),),
    13: ((1, 0),), 14: ((0, 3),),
}  # fmt: skip
"""Marching squares: which edges of a cell a line joins, by which corners lie above the level.
Corners and edges are counted from the lower left, against the clock from the lower edge."""

Segment = tuple[tuple[float, float], tuple[float, float]]
"""Both ends of a piece of a line, in the unit square."""


def levels_of(known: list[tuple[float, float, float]]) -> list[tuple[float, list[Segment]]]:
    """Seven levels from 0 to 1 with their lines: inverse distances weigh what is known.

    Args:
        known: Places from 0 to 1 (y downwards), with the number there.

    Source: Shepard (1968), A two-dimensional interpolation function for irregularly-spaced data.
    """
    # At its first use: pages without such a picture do without it.
    import numpy as np

    x, y, z = (np.array(each, dtype=np.float64) for each in zip(*known, strict=True))
    across, up = np.linspace(0, 1, _N_GRID), np.linspace(1, 0, _N_GRID)
    gx, gy = np.meshgrid(across, up)
    squared = (gx[..., None] - x) ** 2 + ((gy[..., None] - y) * _ASPECT) ** 2
    weights = 1 / np.maximum(squared, 3e-6) ** 1.5
    # In units of its own span: very large numbers would have no finite sum.
    unit = (z / 2 - z.min() / 2) / (z.max() / 2 - z.min() / 2)
    grid = (weights * unit).sum(axis=2) / weights.sum(axis=2)
    grid[squared.min(axis=2) > _FAR**2] = np.nan
    levels = [(at + 1) / (N_LEVELS + 1) for at in range(N_LEVELS)]
    return [(each, _segments(grid, across.tolist(), up.tolist(), each)) for each in levels]


def _segments(grid: "Grid", across: list[float], up: list[float], level: float) -> list[Segment]:
    rows = grid.tolist()
    parts: list[Segment] = []
    for j in range(len(up) - 1):
        for i in range(len(across) - 1):
            corners = (rows[j][i], rows[j][i + 1], rows[j + 1][i + 1], rows[j + 1][i])
            if any(math.isnan(each) for each in corners):
                continue
            case = sum((each > level) << at for at, each in enumerate(corners))
            for start, end in _CASES.get(case, ()):
                a = _crossing(start, corners, level, across[i : i + 2], up[j : j + 2])
                b = _crossing(end, corners, level, across[i : i + 2], up[j : j + 2])
                parts.append((a, b))
    return parts


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
