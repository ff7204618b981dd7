"""Puts the report together."""

from runoff_contracts.report import Group, Metric, Report
from runoff_scoring.report.average_precision import AveragePrecision, average_precision
from runoff_scoring.report.calibration import calibration_bins
from runoff_scoring.report.classes import (
    MAX_CONFUSIONS,
    ClassCounts,
    class_counts,
    class_metrics,
    confusions,
)
from runoff_scoring.report.evidence import Evidence
from runoff_scoring.report.groups import Dimension, dimensions
from runoff_scoring.report.metrics import metrics_of


def make_report(evidence: Evidence) -> Report:
    """Everything that is said of a run's contenders; the same evidence gives the same bytes.

    Cost is linear in entries, times the dimensions that they are grouped by.
    """
    maker = _Maker(evidence)
    contenders = range(evidence.n_contenders)
    groups: list[Group] = []
    left_out: list[str] = []
    for dimension in dimensions(evidence):
        if dimension.left_out is not None:
            left_out.append(f"{dimension.words}: {dimension.left_out}")
        groups += maker.groups(dimension)
    confused = confusions(evidence) if evidence.created.task == "classification" else []
    if len(confused) > MAX_CONFUSIONS:
        left_out.append(f"confusions: {len(confused)} pairs, the rarest are not listed")
    return Report(
        metrics=maker.overall(),
        groups=groups,
        confusions=confused[:MAX_CONFUSIONS],
        judges=evidence.judges,
        calibration=[each for place in contenders for each in calibration_bins(evidence, place)],
        left_out=left_out,
    )


class _Maker:
    """What is computed once for all groups, by contender."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._contenders = range(evidence.n_contenders)
        boxes = evidence.columns.boxes
        self._precisions: list[AveragePrecision] = (
            []
            if boxes is None
            else [average_precision(evidence, boxes, place) for place in self._contenders]
        )
        self._counts: list[ClassCounts] = (
            [class_counts(evidence, place, evidence.everything) for place in self._contenders]
            if evidence.created.task == "classification"
            else []
        )

    def overall(self) -> list[Metric]:
        """Over all entries."""
        found: list[Metric] = []
        for place in self._contenders:
            found += metrics_of(self._evidence, place, self._evidence.everything)
            if self._precisions:
                found += self._precisions[place].overall()
        return found

    def groups(self, dimension: Dimension) -> list[Group]:
        """Over the entries of each value."""
        precise = [
            each.of_groups(dimension.groups)
            for each in self._precisions
            if dimension.by != "class" and dimension.groups
        ]
        found = []
        for number, (value, places) in enumerate(dimension.groups.items()):
            metrics: list[Metric] = []
            for place in self._contenders:
                of_class = dimension.by == "class"
                metrics += metrics_of(self._evidence, place, places, of_class=of_class)
                if of_class:
                    metrics += self._of_class(place, number, value, len(places))
                else:
                    metrics += precise[place][value] if precise else []
            found.append(
                Group(
                    by=dimension.by,
                    key=dimension.key,
                    value=value,
                    n_entries=len(places),
                    metrics=metrics,
                )
            )
        return found

    def _of_class(self, contender: int, place: int, label: str, n: int) -> list[Metric]:
        if self._precisions:
            return self._precisions[contender].of_class(label, n)
        return class_metrics(contender, place, self._counts[contender])
