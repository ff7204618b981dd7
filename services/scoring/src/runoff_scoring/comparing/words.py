"""Numbers of a metric in words: points of a share, or a value in its unit."""

from collections.abc import Sequence

from runoff_contracts.compared import ComparedMetric, Interval


def named(metric: ComparedMetric) -> str:
    """As sentences call it."""
    if metric.kind == "pass_fail":
        return metric.name if metric.name == "accuracy" else f"{metric.name} share"
    return metric.name if metric.kind == "ranked" else f"mean {metric.name}"


def in_points(metric: ComparedMetric) -> bool:
    """Whether its differences are told in points of a hundred."""
    return metric.kind in {"pass_fail", "ranked"}


def value(metric: ComparedMetric, number: float | None) -> str:
    """A contender's value."""
    if number is None:
        return "unknown"
    return f"{100 * number:.1f} %" if in_points(metric) else f"{number:.4g}{_unit(metric)}"


def size(metric: ComparedMetric, number: float) -> str:
    """A difference without its sign: `4.2 points of accuracy`, `3.1 px of mean pixel_distance`."""
    if in_points(metric):
        return f"{100 * abs(number):.1f} points of {named(metric)}"
    return f"{abs(number):.3g}{_unit(metric)} of {named(metric)}"


def signed(metric: ComparedMetric, number: float) -> str:
    """A difference with its sign."""
    if in_points(metric):
        return f"{100 * number:+.1f}".replace("-", "−")
    return f"{number:+.3g}".replace("-", "−")


def span(metric: ComparedMetric, interval: Interval) -> str:
    """An interval of a difference."""
    unit = " points" if in_points(metric) else _unit(metric)
    return f"{signed(metric, interval[0])} to {signed(metric, interval[1])}{unit}"


def p_value(number: float) -> str:
    """After `p `."""
    return "< 0.0001" if number < 1e-4 else f"= {number:.2g}"


def level(confidence: float) -> str:
    """`95 %`."""
    return f"{100 * confidence:g} %"


def listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _unit(metric: ComparedMetric) -> str:
    return f" {metric.unit}" if metric.unit else ""
