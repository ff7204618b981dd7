"""How long answers took: each contender by itself, and pairs on the entries that both answered."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.compared import Latency, LatencyPair, Outcome
from runoff_statistics import Interval
from runoff_statistics.quantiles import DIFFERENCE, PairedQuantiles

N_BINS = 20
_SHORTEST_S = 1e-6
QUANTILES = {"median": 0.5, "p95": 0.95}


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
    """The medians and the 95th percentiles, not yet adjusted; none where no times are known."""
    if latency_s is None:
        return []
    return [_pair(a, b, latency_s[a], latency_s[b], confidence) for a, b in pairs]


def paid_for(
    pairs: Sequence[LatencyPair], adjusted: Sequence[float], alpha: float
) -> list[LatencyPair]:
    """The same with adjusted p-values, one for each value that `p_values` gives, and outcomes."""
    paid, found = iter(adjusted), []
    for pair in pairs:
        told: dict[str, float | Outcome | None] = {}
        for name in QUANTILES:
            p_value = getattr(pair, f"{name}_p_value")
            p = None if p_value is None else next(paid)
            difference = getattr(pair, f"{name}_difference_s")
            told[f"{name}_p_adjusted"] = p
            told[f"{name}_outcome"] = _outcome(pair.n_both, difference, p, alpha)
        found.append(pair.model_copy(update=told))
    return found


def p_values(pairs: Sequence[LatencyPair]) -> list[float]:
    """Of all tests that could be made, in order."""
    both = [getattr(pair, f"{name}_p_value") for pair in pairs for name in QUANTILES]
    return [each for each in both if each is not None]


def _outcome(
    n_both: int, difference: float | None, p_adjusted: float | None, alpha: float
) -> Outcome:
    if not n_both:
        return "nothing_shared"
    if p_adjusted is None or p_adjusted > alpha or not difference:
        return "not_separable"
    return "a_better" if difference < 0 else "b_better"


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
    found: dict[str, float | tuple[float, float] | str | None] = {"reason": None}
    for name, share in QUANTILES.items():
        quantiles = PairedQuantiles(of_a, of_b, share) if len(of_a) else None
        shown = None if quantiles is None else quantiles.difference(confidence)
        tested = None if quantiles is None else quantiles.test()
        found[f"{name}_difference_s"] = None if shown is None else shown.estimate
        found[f"{name}_interval_s"] = None if shown is None else _ends(shown.interval)
        found[f"{name}_p_value"] = None if tested is None else tested.p_value
        # Of two reasons the first will do: the median needs fewer entries than the 95th.
        if found["reason"] is None and shown is not None and tested is not None:
            found["reason"] = shown.reason or tested.reason
    return LatencyPair.model_validate(
        {"a": a, "b": b, "n_both": len(of_a), "method": DIFFERENCE, **found}
    )


def _ends(interval: Interval | None) -> tuple[float, float] | None:
    return None if interval is None else (interval.low, interval.high)
