"""Runs and groups of runs as tables that fit a terminal of 80 columns."""

from collections.abc import Sequence

from rich.table import Table

from runoff.cli import words
from runoff.cli.output import clean, safe
from runoff.cli.tables import STYLES, plain_table
from runoff_contracts.ids import short_id
from runoff_contracts.views import GroupMetric, GroupView, RunView

_NAME_LIMIT = 40


def runs_table(runs: Sequence[RunView], *, metrics: Sequence[str] = ()) -> Table:
    """One row a run, with a column for each metric that is asked for."""
    heads = [clean(each) for each in metrics]
    table = plain_table(
        "run", "status", "scored", "dataset", "models", *heads, "launched", right=["scored", *heads]
    )
    for place in (0, 1, -1):  # an id that is cut in two cannot be copied
        table.columns[place].no_wrap = True
    for run in runs:
        models = ", ".join(
            f"{each.model} {words.percent(each.accuracy)}" for each in run.contenders
        )
        named = f"{run.alias}: {models}" if run.alias else models
        table.add_row(
            short_id(run.run_id),
            safe(run.status, style=STYLES.get(run.status, "")),
            f"{run.n_scored} of {run.n_entries}",
            safe(f"{run.dataset}@{run.dataset_version}"),
            safe(named),
            *(_values(run, metric) for metric in metrics),
            words.ago(run.created_at),
        )
    return table


def groups_table(groups: Sequence[GroupView], *, by: str, metrics: Sequence[str]) -> Table:
    """One row a group; of each metric the mean over its runs with the 95 % interval."""
    heads = [clean(each) for each in metrics]
    table = plain_table(clean(by.partition(":")[2] or by), "runs", *heads, "newest", right=["runs"])
    for group in groups:
        table.add_row(
            safe("–" if group.key is None else group.key, limit=_NAME_LIMIT),
            str(group.n_runs),
            *(_mean(group.metrics.get(metric)) for metric in metrics),
            words.ago(group.newest_at),
        )
    return table


def _values(run: RunView, metric: str) -> str:
    """Of each contender, in the order in which they are named."""
    values = (each.metrics.get(metric) for each in run.contenders)
    return ", ".join(words.number(value) for value in values)


def _mean(metric: GroupMetric | None) -> str:
    if metric is None:
        return "–"
    mean = words.number(metric.mean)
    if metric.interval is None:
        return mean
    low, high = metric.interval
    return f"{mean} ({words.number(low)} to {words.number(high)})"
