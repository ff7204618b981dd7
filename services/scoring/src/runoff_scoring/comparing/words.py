"""Numbers of a metric in words: points of a share, or a value in its unit."""

from collections.abc import Sequence

from runoff_contracts.compared import ComparedMetric, ComparedPair, Interval
from runoff_statistics.choice import INTERVALS, TESTS


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


def difference(metric: ComparedMetric, number: float) -> str:
    """Without its sign: `4.2 points of accuracy`, `a median of 3.1 px of pixel_distance`."""
    if in_points(metric):
        return f"{_points(abs(number))} points of {named(metric)}"
    size = f"{abs(number):.3g}{_unit(metric)} of"
    return f"a median of {size} {metric.name}" if _of_medians(metric) else f"{size} {named(metric)}"


def differing(metric: ComparedMetric) -> str:
    """What a difference is of: `the difference in accuracy`."""
    if _of_medians(metric):
        return f"the median difference in {metric.name}"
    return f"the difference in {named(metric)}"


def margin(metric: ComparedMetric, number: float) -> str:
    """A margin, all of its digits: rounded, more or less would be claimed than was shown."""
    if not in_points(metric):
        return f"{number:.10g}{_unit(metric)} of {named(metric)}"
    points = f"{100 * number:.10g}"
    whole = "" if "." in points or "e" in points else ".0"
    return f"{points}{whole} points of {named(metric)}"


def signed(metric: ComparedMetric, number: float) -> str:
    """A difference with its sign."""
    if in_points(metric):
        return _points(number, "+").replace("-", "−")
    return f"{number:+.3g}".replace("-", "−")


def signed_whole(metric: ComparedMetric, number: float) -> str:
    """With its unit, too."""
    return f"{signed(metric, number)}{' points' if in_points(metric) else _unit(metric)}"


def span(metric: ComparedMetric, interval: Interval) -> str:
    """An interval of a difference."""
    return f"{signed(metric, interval[0])} to {signed_whole(metric, interval[1])}"


def test(metric: ComparedMetric, pair: ComparedPair) -> str:
    """The test of a pair. Where scores show no spread, t has no value and each way of swapping the
    two is as likely (`runoff_statistics.adjusted`).
    """
    has_spread = pair.interval is not None or pair.reason is None
    is_t = metric.test == TESTS["adjusted_t"]
    return metric.test if has_spread or not is_t else TESTS["permutation"]


def p_value(number: float) -> str:
    """After `p `."""
    return "< 0.0001" if number < 1e-4 else f"= {number:.2g}"


def level(confidence: float) -> str:
    """`95 %`."""
    return f"{100 * confidence:.12g} %"


def listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def either(names: Sequence[str]) -> str:
    """`a, b or c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _points(share: float, sign: str = "") -> str:
    """To a tenth, and to two digits where a tenth would say 0 of what is not."""
    points = 100 * share
    digits = ".1f" if abs(points) >= 0.05 or not points else ".2g"
    return f"{points:{sign}{digits}}"


def _of_medians(metric: ComparedMetric) -> bool:
    return metric.interval_method == INTERVALS["median"]


def _unit(metric: ComparedMetric) -> str:
    return f" {metric.unit}" if metric.unit else ""
