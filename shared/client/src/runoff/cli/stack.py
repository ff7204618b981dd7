"""`runoff up`, `runoff rebuild`, `runoff health`: the server itself."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from runoff.cli.options import Json, Url
from runoff.cli.output import clean, for_people, print_json, safe
from runoff.cli.progress import progress_of
from runoff.cli.tables import plain_table
from runoff.client import Client
from runoff.local import FOLDER, StackAddress, run_stack
from runoff_contracts.health_views import HealthView, RebuildView

HEALTH_STYLES = {"ready": "green", "behind": "yellow", "unavailable": "red"}


def up(
    folder: Annotated[
        Path, typer.Option("--folder", help="Where its data is, and stays.")
    ] = FOLDER,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65535, help="Of the API (8700, or a free one).", show_default=False
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="Inference workers.")
    ] = 1,
    accept_log: Annotated[
        bool,
        typer.Option("--accept-log", help="Start although the log is behind or another one."),
    ] = False,
    json: Json = False,
) -> None:
    """Start the whole of Runoff on this machine and keep it up until Ctrl-C.

    An event log, a database, four services, the API and the pages, each a process of its own,
    without containers. What was there at the last stop is there again.
    """
    where = for_people(json_wanted=json)

    def say_ready(found: StackAddress) -> None:
        if json:
            print_json({**asdict(found), "folder": str(folder.resolve())})
            return
        at = found.web_url or found.api_url
        where.print(safe(f"Runoff is up at {at}; Ctrl-C stops it.", style="bold"))
        where.print(safe(f"Programs find its API at {found.api_url}."))

    code = run_stack(
        folder,
        port=port,
        workers=workers,
        accept_log=accept_log,
        on_ready=say_ready,
        on_step=lambda line: where.print(safe(line), soft_wrap=True),
    )
    raise typer.Exit(code)


def rebuild(url: Url = None, json: Json = False) -> None:
    """Project the whole log into fresh tables beside the live ones, compare, and swap them.

    The API goes on answering meanwhile. Ends with 1 when the rebuild failed, or when a table
    came out otherwise than the live one was.
    """
    where = for_people(json_wanted=json)
    with Client(url) as client, progress_of("Projected") as report:
        for view in client.server.rebuild():
            report(view.seq, view.target_seq)
    if json:
        print_json(view)
    else:
        _print_rebuild(view, where)
    if view.state != "swapped" or not all(check.equal for check in view.tables.values()):
        raise typer.Exit(1)


def health(url: Url = None, json: Json = False) -> None:
    """Say whether the server can serve, and how far its tables are behind the log.

    Ends with 1 when it cannot serve.
    """
    with Client(url) as client:
        view = client.server.health()
        address = client.url
    if json:
        print_json(view)
    else:
        _print_health(view, address, for_people(json_wanted=False))
    if view.status == "unavailable":
        raise typer.Exit(1)


def _print_rebuild(view: RebuildView, where: Console) -> None:
    where.print(safe(f"Rebuild: {view.state} at log sequence {view.seq}. {view.detail}".strip()))
    if not view.tables:
        return
    table = plain_table("table", "rows", "rows before", "equal", right=["rows", "rows before"])
    for name, check in sorted(view.tables.items()):
        equal = safe("yes", style="green") if check.equal else safe("NO", style="bold red")
        table.add_row(safe(name), str(check.n_rows), str(check.n_rows_live), equal)
    where.print(table)


def _print_health(view: HealthView, address: str, where: Console) -> None:
    where.print(safe(f"{clean(address)}: {view.status}", style=HEALTH_STYLES[view.status]))
    where.print(safe(f"Log at {view.log_seq}; workers: {', '.join(view.workers) or 'none'}"))
    if view.web_url:
        where.print(safe(f"Pages at {view.web_url}"), soft_wrap=True)
    table = plain_table("projection", "at", "behind", right=["at", "behind"])
    for each in view.projections:
        table.add_row(safe(each.projection), str(each.seq), str(each.lag))
    where.print(table)
    if view.n_parked:
        where.print(
            safe(f"{view.n_parked} messages could not be read and are parked:", style="red")
        )
    for parked in view.parked:
        where.print(safe(f"  {parked.seq} {parked.subject}: {parked.reason}"))
