"""Two contenders' numbers of the same entries: as points, or counted in cells where many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared_entries import ComparedPoint, ComparedPoints, PointCells, PointsOf
from runoff_query.compared.table import EntriesTable

MAX_POINTS = 5000
N_CELLS = 40
"""A side of the grid."""
_SHORTEST_S = 1e-6
_NARROW = 1e-9


def points_of(
    table: EntriesTable,
    values: NDArray[np.floating[Any]],
    *,
    of: PointsOf,
    metric: str | None,
    contender: int,
    versus: int,
) -> ComparedPoints:
    """The points or cells of two contenders.

    Args:
        values: Shape (c, n); entries of which one of the two has no finite number are left out.
    """
    x = np.asarray(values[versus], dtype=np.float64)
    y = np.asarray(values[contender], dtype=np.float64)
    places = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    x, y = x[places], y[places]
    points, cells = None, None
    if len(places) <= MAX_POINTS:
        points = [
            ComparedPoint(index=place, entry_id=table.entry_ids[place], x=a, y=b)
            for place, a, b in zip(places.tolist(), x.tolist(), y.tolist(), strict=True)
        ]
    else:
        cells = _cells(x, y, is_time=of == "latency")
    return ComparedPoints(
        of=of,
        metric=metric,
        unit="s" if of == "latency" else None,
        contender=contender,
        versus=versus,
        n=len(places),
        points=points,
        cells=cells,
    )


def _cells(x: NDArray[np.float64], y: NDArray[np.float64], *, is_time: bool) -> PointCells:
    """Both axes have the same edges, so that who lies on the diagonal is seen."""
    both = np.concatenate([x, y])
    if is_time:
        x, y, both = (np.maximum(each, _SHORTEST_S) for each in (x, y, both))
    low, high = float(both.min()), float(both.max())
    if is_time:
        edges = np.geomspace(low, max(high, low * (1 + 1e-6)), N_CELLS + 1)
    else:
        edges = np.linspace(low, max(high, low + max(abs(low), 1.0) * _NARROW), N_CELLS + 1)
    # Rounding may leave the largest number beyond the last edge, and nobody is to be lost.
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)
    counts, _, _ = np.histogram2d(y, x, bins=(edges, edges))
    told = edges.tolist()
    return PointCells(x_edges=told, y_edges=told, counts=counts.astype(int).tolist())
