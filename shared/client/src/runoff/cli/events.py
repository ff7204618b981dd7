"""`runoff events`: the log, one event a line."""

from itertools import islice
from typing import Annotated

import typer

from runoff.cli.commands import Commands
from runoff.cli.options import Json, Url
from runoff.cli.output import clean, console, print_json_line
from runoff.client import Client
from runoff.events import LogEvent

app = Commands(help="Everything that happens, in the order of the log.")


@app.command("tail")
def tail(
    after: Annotated[
        int | None,
        typer.Option(
            "--after",
            min=0,
            help="Start behind this log sequence; 0 is the beginning. Default: now.",
            show_default=False,
        ),
    ] = None,
    type: Annotated[
        str | None, typer.Option("--type", help="As run.completed.", show_default=False)
    ] = None,
    run: Annotated[
        str | None, typer.Option("--run", help="Only events of this run.", show_default=False)
    ] = None,
    count: Annotated[
        int | None,
        typer.Option("--count", "-n", min=1, help="End after so many.", show_default=False),
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Print each event as it happens, one a line, until Ctrl-C.

    After a dropped connection it goes on where it was: no event is missed or printed twice. With
    --json each line is one JSON document.

    For example:

        runoff events tail --type run.completed --json
        runoff events tail --after 0
    """  # fmt: skip
    where = console()
    with Client(url) as client:
        for event in islice(client.events.follow(after=after, type=type, run=run), count):
            if json:
                print_json_line(event)
            else:
                where.print(_line(event), soft_wrap=True)


def _line(event: LogEvent) -> str:
    time = event.time.astimezone().strftime("%H:%M:%S.%f")[:-3]
    return clean(f"{event.seq:>8}  {time}  {event.type:<22} {event.id}  {event.subject}")
