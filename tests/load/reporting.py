"""One JSON line a measurement."""

import json
import math
import statistics
from collections.abc import Sequence


def report(bench: str, metric: str, values: Sequence[float], unit: str) -> float:
    """Print the median of the values, and how many there were; answer the median."""
    median = statistics.median(values)
    line = {
        "bench": bench,
        "metric": metric,
        "value": float(f"{median:.4g}"),
        "unit": unit,
        "n": len(values),
    }
    print(json.dumps(line), flush=True)
    return median


def report_share(
    bench: str,
    metric: str,
    hits: Sequence[bool],
    nominal: float,
    *,
    at_most: bool,
    warned: float | None = None,
) -> float:
    """Print how often something happened by simulation, and whether the promise about it holds.

    It holds when the share is beyond `nominal`, on the side that breaks it, by no more than
    three Monte Carlo standard errors. `warned` is in how many of the cases a document would say
    that the promise may not hold.
    """
    share, error = sum(hits) / len(hits), math.sqrt(nominal * (1 - nominal) / len(hits))
    excess = share - nominal if at_most else nominal - share
    line: dict[str, object] = {
        "bench": bench,
        "metric": metric,
        "value": float(f"{share:.4g}"),
        "unit": "share",
        "n": len(hits),
        "nominal": nominal,
        "monte_carlo_error": float(f"{error:.2g}"),
        "holds": excess <= 3 * error,
    }
    if warned is not None:
        line["warned"] = float(f"{warned:.3g}")
    print(json.dumps(line), flush=True)
    return share


def report_exact(
    bench: str,
    metric: str,
    shares: Sequence[float],
    nominal: float,
    *,
    chosen: bool,
    **further: float,
) -> None:
    """Print the least of coverages that were summed exactly: it holds where that is nominal.

    `chosen` is whether a document takes the method unless another is asked for.
    """
    line = {
        "bench": bench,
        "metric": metric,
        "value": float(f"{min(shares):.4g}"),
        "unit": "share, exact",
        "n": len(shares),
        "nominal": nominal,
        "monte_carlo_error": 0.0,
        "mean": float(f"{statistics.fmean(shares):.4g}"),
        "holds": min(shares) >= nominal,
        "chosen": chosen,
        **{name: float(f"{value:.3g}") for name, value in further.items()},
    }
    print(json.dumps(line), flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """Nearest-rank quantile."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
