"""One JSON line a measurement."""

import json
import math
import statistics
from collections.abc import Sequence
from typing import Literal


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


Role = Literal["chosen", "asked", "mistake"]
"""Of a method: a document chooses it; one has to ask for it by name; or it only shows what happens
to whoever makes that mistake, and is to fail."""


def report_share(
    bench: str,
    metric: str,
    hits: Sequence[bool],
    nominal: float,
    *,
    at_most: bool,
    warned: Sequence[bool] | None = None,
    role: Role = "chosen",
) -> float:
    """Print how often something happened by simulation, and whether the promise about it holds.

    It holds when the share is beyond `nominal`, on the side that breaks it, by no more than
    three Monte Carlo standard errors. `warned` is whether a document would have said of each
    sample that the promise may not hold; `holds_unwarned` then says whether it is broken without a
    word in no more of all samples than is allowed, and `value_unwarned` is the share among them.
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
        "role": role,
    }
    if warned is not None:
        unsaid = [hit for hit, said in zip(hits, warned, strict=True) if not said]
        wrong = sum(hit == at_most for hit in unsaid) / len(hits)
        allowed = nominal if at_most else 1 - nominal
        line["warned"] = float(f"{sum(warned) / len(hits):.3g}")
        line["wrong_and_unwarned"] = float(f"{wrong:.3g}")
        line["value_unwarned"] = float(f"{sum(unsaid) / len(unsaid):.4g}") if unsaid else None
        line["holds_unwarned"] = wrong - allowed <= 3 * error
    print(json.dumps(line), flush=True)
    return share


def report_exact(
    bench: str,
    metric: str,
    shares: Sequence[float],
    nominal: float,
    *,
    role: Role,
    **further: float,
) -> None:
    """Print the least of coverages that were summed exactly: it holds where that is nominal."""
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
        "role": role,
        **{name: float(f"{value:.3g}") for name, value in further.items()},
    }
    print(json.dumps(line), flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """Nearest-rank quantile."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
