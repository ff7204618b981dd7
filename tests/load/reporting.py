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


Role = Literal["chosen", "asked", "alone", "mistake"]
"""What a number is of: what a document shows by the usual methods; what it shows where others were
asked for by name; what these say alone, which no document concludes from; and what happens to
whoever makes a mistake. The promise of 95 % and 5 % is made for the first two."""


def report_share(
    bench: str,
    metric: str,
    hits: Sequence[bool],
    nominal: float,
    *,
    at_most: bool,
    role: Role = "chosen",
) -> float:
    """Print how often something happened by simulation, and whether the promise about it holds.

    It holds when the share is beyond `nominal`, on the side that breaks it, by no more than
    three Monte Carlo standard errors. Where nobody promises anything, `shown_to_fail` says that it
    is beyond by more.
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
        **_judged(role, fails=excess > 3 * error),
    }
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
        **_judged(role, fails=min(shares) < nominal),
        **{name: float(f"{value:.3g}") for name, value in further.items()},
    }
    print(json.dumps(line), flush=True)


def _judged(role: Role, *, fails: bool) -> dict[str, object]:
    promised = role in ("chosen", "asked")
    return (
        {"holds": not fails, "role": role} if promised else {"shown_to_fail": fails, "role": role}
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Nearest-rank quantile."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
