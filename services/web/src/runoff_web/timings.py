"""How long models took for an entry, as the report has it."""

from dataclasses import dataclass

from runoff_contracts.views import ReportView, RunView


@dataclass(frozen=True)
class Timing:
    """One contender's times."""

    position: int
    model: str
    mean_s: float | None
    median_s: float | None
    n: int | None


def timings_of(run: RunView, report: ReportView | None) -> list[Timing]:
    """One a contender; before there is a report only means are known."""
    found: dict[tuple[int, str], tuple[float | None, int]] = {}
    if report is not None:
        for metric in report.report.metrics:
            found[metric.contender, metric.name] = (metric.value, metric.n)
    made = []
    for each in run.contenders:
        median, n = found.get((each.position, "latency_median_s"), (None, 0))
        made.append(Timing(each.position, each.model, each.latency_mean_s, median, n or None))
    return made
