"""One JSON line a measurement."""

import json
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


def quantile(values: Sequence[float], share: float) -> float:
    """Nearest-rank quantile."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
