"""`runoff run report`: a run's metrics, over all entries and by what entries share."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from runoff.cli import words
from runoff.cli.judging import judge_reports_table
from runoff.cli.options import Json, Run, Url
from runoff.cli.output import clean, for_people, print_json, safe
from runoff.cli.run_meant import run_id_of
from runoff.cli.tables import plain_table, short
from runoff.client import Client
from runoff_contracts.report import Group, Metric
from runoff_contracts.views import ReportView

N_CONFUSIONS = 10


class By(StrEnum):
    """What entries are grouped by."""

    SECTION = "section"
    SPLIT = "split"
    METADATA = "metadata"
    CLASS = "class"


def report(
    run: Run,
    by: Annotated[
        list[By] | None,
        typer.Option("--by", help="Only these groups; again for each.", show_default=False),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", help="Only these metrics; again for each.", show_default=False),
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Show every metric of a completed run: over all entries, then by section, split and class.

    An arrow says whether more (↑) or less (↓) is better. A dash is no value: the report says why
    with --json.

    For example:

        runoff run report last --by section --metric accuracy
    """
    with Client(url) as client:
        view = client.runs.report(run_id_of(client, run))
    if json:
        print_json(view)
        return
    print_report(view, for_people(json_wanted=False), by=by or [], metrics=metric or [])


def print_report(
    view: ReportView, where: Console, *, by: Sequence[str] = (), metrics: Sequence[str] = ()
) -> None:
    """Tables of metrics: all entries, then each dimension that entries are grouped by."""
    where.print(safe(f"Run {view.run_id}, all entries", style="bold"))
    where.print(_overall(view, [each for each in view.report.metrics if _wanted(each, metrics)]))
    if view.report.judges and not by and not metrics:
        where.print(safe("Judges", style="bold"))
        where.print(judge_reports_table(view.report.judges))
    grouped: dict[str, list[Group]] = {}
    for group in view.report.groups:
        if not by or group.by in by:
            name = f"{group.by} {group.key}" if group.key else group.by
            grouped.setdefault(name, []).append(group)
    for name, groups in grouped.items():
        where.print(safe(f"By {name}", style="bold"))
        where.print(_by(view, groups, metrics))
    if view.report.confusions and not by and not metrics:
        where.print(safe("Most frequent confusions", style="bold"))
        where.print(_confusions(view))
    where.print(safe(f"Report {short(view.digest)}", style="dim"))


def _wanted(metric: Metric, names: Sequence[str]) -> bool:
    return not names or metric.name in names


def _overall(view: ReportView, metrics: Sequence[Metric]) -> Table:
    """One row a metric, one column a contender."""
    models = [clean(model) for model in view.models]
    table = plain_table("metric", *models, "entries", right=[*models, "entries"])
    rows: dict[str, dict[int, Metric]] = {}
    for each in metrics:
        rows.setdefault(_name(each), {})[each.contender] = each
    for name, found in rows.items():
        values = [_value(found.get(place)) for place in range(len(models))]
        table.add_row(safe(name), *values, _range([each.n for each in found.values()]))
    return table


def _by(view: ReportView, groups: Sequence[Group], names: Sequence[str]) -> Table:
    """One row a group and contender, one column a metric."""
    columns = list(
        dict.fromkeys(
            _name(each) for group in groups for each in group.metrics if _wanted(each, names)
        )
    )
    shown = [clean(each) for each in columns]
    table = plain_table("group", "entries", "model", *shown, right=["entries", *shown])
    for group in groups:
        for place, model in enumerate(view.models):
            found = {_name(each): each for each in group.metrics if each.contender == place}
            if any(name in found for name in columns):
                first = place == 0
                table.add_row(
                    safe(group.value, limit=60) if first else "",
                    str(group.n_entries) if first else "",
                    safe(model),
                    *(_value(found.get(name)) for name in columns),
                )
    return table


def _confusions(view: ReportView) -> Table:
    table = plain_table("model", "target", "answer", "entries", right=["entries"])
    wrong = [each for each in view.report.confusions if each.target != each.answer]
    for each in wrong[:N_CONFUSIONS]:
        model = view.models[each.contender] if each.contender < len(view.models) else "?"
        table.add_row(
            safe(model), safe(each.target, limit=60), safe(each.answer, limit=60), str(each.n)
        )
    return table


def _name(metric: Metric) -> str:
    arrow = {True: " ↑", False: " ↓", None: ""}[metric.higher_is_better]
    return f"{metric.name}{arrow}"


def _value(metric: Metric | None) -> str:
    return "–" if metric is None else words.number(metric.value)


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low}–{high}"
