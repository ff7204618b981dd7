"""How long answers took: each contender by itself, and pairs on the entries that both answered."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared import Latency, LatencyPair
from runoff_statistics import Interval
from runoff_statistics.quantiles import DIFFERENCE, PairedQuantiles

N_BINS = 20
_SHORTEST_S = 1e-6


def latencies(
    latency_s: NDArray[np.float64] | None, total_s: NDArray[np.float64] | None, n_contenders: int
) -> list[Latency | None]:
    """One a contender, from arrays of shape (c, n) with NaN where nothing is known."""
    if latency_s is None:
        return [None] * n_contenders
    edges = _edges(latency_s)
    nothing = np.full(latency_s.shape[1], np.nan)
    return [
        _latency(row, nothing if total_s is None else total_s[place], edges)
        for place, row in enumerate(latency_s)
    ]


def latency_pairs(
    latency_s: NDArray[np.float64] | None, pairs: Sequence[tuple[int, int]], confidence: float
) -> list[LatencyPair]:
    """The medians and the 95th percentiles; none where no times are known."""
    if latency_s is None:
        return []
    return [_pair(a, b, latency_s[a], latency_s[b], confidence) for a, b in pairs]


def _edges(latency_s: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.maximum(latency_s[~np.isnan(latency_s)], _SHORTEST_S)
    low, high = float(known.min()), float(known.max())
    edges = np.geomspace(low, max(high, low * 1.001), N_BINS + 1)
    # Powers round: the ends have to hold the values that they are made of.
    edges[0], edges[-1] = low, max(high, edges[-1])
    return edges


def _latency(
    row: NDArray[np.float64], total: NDArray[np.float64], edges: NDArray[np.float64]
) -> Latency | None:
    timed = ~np.isnan(row)
    known = row[timed]
    if not len(known):
        return None
    p50, p90, p95, p99 = np.quantile(known, [0.5, 0.9, 0.95, 0.99]).tolist()
    both = timed & ~np.isnan(total)
    waits = total[both] - row[both]
    counts, _ = np.histogram(np.maximum(known, _SHORTEST_S), bins=edges)
    return Latency(
        n=len(known),
        mean_s=float(known.mean()),
        p50_s=p50,
        p90_s=p90,
        p95_s=p95,
        p99_s=p99,
        queue_mean_s=float(waits.mean()) if len(waits) else None,
        total_mean_s=float(total[both].mean()) if len(waits) else None,
        histogram_edges_s=edges.tolist(),
        histogram_counts=counts.tolist(),
    )


def _pair(
    a: int, b: int, of_a: NDArray[np.float64], of_b: NDArray[np.float64], confidence: float
) -> LatencyPair:
    both = ~(np.isnan(of_a) | np.isnan(of_b))
    of_a, of_b = of_a[both], of_b[both]
    found: dict[str, float | tuple[float, float] | None] = dict.fromkeys(
        f"{name}_{what}"
        for name in ("median", "p95")
        for what in ("difference_s", "interval_s", "p_value")
    )
    for name, share in (("median", 0.5), ("p95", 0.95)):
        if len(of_a):
            quantiles = PairedQuantiles(of_a, of_b, share)
            shown = quantiles.difference(confidence)
            found[f"{name}_difference_s"] = shown.estimate
            found[f"{name}_interval_s"] = _ends(shown.interval)
            found[f"{name}_p_value"] = quantiles.test().p_value
    return LatencyPair.model_validate(
        {"a": a, "b": b, "n_both": len(of_a), "method": DIFFERENCE, **found}
    )


def _ends(interval: Interval | None) -> tuple[float, float] | None:
    return None if interval is None else (interval.low, interval.high)
