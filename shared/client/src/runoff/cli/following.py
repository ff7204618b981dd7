"""Following a run to its end, and what is said of it then."""

import typer
from rich.console import Console

from runoff.cli.judging import judges_table
from runoff.cli.output import console, print_json, safe
from runoff.cli.params import shown
from runoff.cli.review import approvals_table
from runoff.cli.tables import STYLES, contenders_table
from runoff.cli.verdict import most_disputed, print_comparison
from runoff.cli.watching import shown as watched
from runoff.client import Client
from runoff.comparison import Comparison
from runoff_contracts.task import Status
from runoff_contracts.views import RunView

COMPARISON_WAIT_S = 60.0
_LINE = 500


def watch_run(client: Client, run_id: str, *, after: int | None = None) -> RunView:
    """Shows a run and what may be said of its models so far; returns it when it is settled.

    Ctrl-C ends the watching, says so, and leaves the run going.
    """
    where = console(stderr=True)
    try:
        with watched(where) as show:
            for view in client.runs.watch(run_id, after=after):
                show(view)
    except KeyboardInterrupt:
        where.print(f"The run goes on. Follow it again: runoff run watch {run_id}", soft_wrap=True)
        raise
    return view


def report_settled(client: Client, run: RunView, where: Console, *, json: bool) -> None:
    """Say how a run ended and, where models were compared, the verdict.

    Raises:
        typer.Exit: With 1 when it did not complete.
    """
    if json:
        print_json(run)
    else:
        compared = run.status is Status.COMPLETED and len(run.contenders) > 1
        print_run(run, where, contenders=not compared)
        if compared:
            view = comparison_of(client, run.run_id)
            disputed = most_disputed(client, view.document)
            print_comparison(view, disputed, where, pages=client.server.pages())
    if run.status is not Status.COMPLETED:
        raise typer.Exit(1)


def comparison_of(client: Client, run_id: str) -> Comparison:
    """The comparison of a completed run, which follows a moment behind its completion."""
    return client.comparisons.of_run(run_id, wait_s=COMPARISON_WAIT_S)


def print_run(run: RunView, where: Console, *, contenders: bool = True) -> None:
    """A run in words, with a table of its contenders."""
    where.print(safe(f"Run {run.run_id}" + (f", {run.alias}" if run.alias else ""), style="bold"))
    where.print(safe(run.status, style=STYLES.get(run.status, "")), safe(run.reason or ""))
    parts = [f"{run.dataset}@{run.dataset_version}"]
    if run.selection and run.selection.split:
        parts.append(f"split {run.selection.split}")
    if run.selection and run.selection.section:
        parts.append(f"section {run.selection.section}")
    where.print(safe(", ".join(parts)))
    for line in _origin(run):
        where.print(safe(line, limit=_LINE))
    if run.start_at and not run.started_at and not run.status.settled:
        where.print(f"starts at {run.start_at.astimezone():%Y-%m-%d %H:%M:%S %Z}")
    if run.answers_from:
        what = "all" if run.answers_from.what == "all" else "settled"
        where.print(safe(f"{what} answers taken from run {run.answers_from.run_id}"))
    failed = f", {run.n_failed} with a failure" if run.n_failed else ""
    where.print(f"{run.n_scored} of {run.n_entries} entries scored{failed}")
    if run.plan:
        where.print(f"under plan {run.plan.removeprefix('sha256:')[:12]}")
    if run.n_planned:
        where.print(f"stopped when decided: {run.n_planned} entries were to be asked")
    if said := run.decided or run.watched:
        where.print(safe(said.sentence), soft_wrap=True)
    for each in run.contenders if not run.status.settled else ():
        if each.n_uploaded is not None and not each.uploads_complete:
            counted = f"{each.n_uploaded} of {run.n_entries} predictions pushed"
            where.print(safe(f"{each.model}: {counted}"))
    if contenders:
        where.print(contenders_table(run))
    if any(each.approval_rate is not None for each in run.contenders):
        where.print(approvals_table(run))
    if run.judges:
        where.print(judges_table(run))


def _origin(run: RunView) -> list[str]:
    """Parameters and lineage, a line each where there are any."""
    lines = []
    if run.params:
        pairs = (f"{name}={shown(value)}" for name, value in run.params.items())
        lines.append(f"params {', '.join(pairs)}")
    if run.lineage is not None:
        said = run.lineage
        changed = " with changes" if said.dirty else ""
        commit = f"commit {said.commit[:12]}{changed}" if said.commit else None
        branch = f"branch {said.branch}" if said.branch else None
        packages = f"{said.n_packages} packages" if said.n_packages else None
        parts = (commit, branch, said.python, packages, said.command)
        lines.append(f"from {', '.join(each for each in parts if each)}")
    return lines
