"""`runoff model`: register model files, look at what is registered."""

from pathlib import Path
from typing import Annotated

import typer

from runoff.cli.options import Cursor, Json, Limit, Url
from runoff.cli.output import for_people, print_json, safe, say_more
from runoff.cli.progress import progress_of
from runoff.cli.tables import model_versions_table, models_table
from runoff.client import Client

app = typer.Typer(
    help="Model files with their declarations, in immutable versions.", no_args_is_help=True
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="PROVIDER/NAME", help="Name of a model, as onnx/net.", show_default=False
    ),
]


@app.command("add")
def add(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The .onnx file.", show_default=False)
    ],
    name: Annotated[
        str, typer.Option("--name", help="What to call it: onnx/…", show_default=False)
    ],
    spec: Annotated[
        Path,
        typer.Option(
            "--spec",
            metavar="SPEC.json",
            help="How an image becomes its input, and what its outputs mean.",
            show_default=False,
        ),
    ],
    url: Url = None,
    json: Json = False,
) -> None:
    """Register an ONNX file as a version of a model.

    A worker loads it first and checks that it fits the declaration. The same file and
    declaration again make no new version. docs/cli.md has a declaration to start from.

    For example:

        runoff model add net.onnx --name onnx/net --spec net.json
    """
    where = for_people(json_wanted=json)
    with Client(url) as client:
        with progress_of("Uploading", counted=False) as report:
            added = client.models.add(file, name=name, spec=spec, progress=report)
        # The next command is to see it.
        client.models.show(name, after=added.seq)
    if json:
        print_json(added)
        return
    there = "" if added.created else "; it was there already"
    where.print(safe(f"Model {added.id}{there}."))


@app.command("list")
def list_(url: Url = None, limit: Limit = None, cursor: Cursor = None, json: Json = False) -> None:
    """List models with their newest version."""
    with Client(url) as client:
        page = client.models.list(limit=limit, cursor=cursor)
    if json:
        print_json(page)
        return
    where = for_people(json_wanted=False)
    if not page.items:
        where.print(
            "No models yet. Add one: runoff model add FILE --name onnx/NAME --spec SPEC.json"
        )
        return
    where.print(models_table(page.items))
    say_more(where, page.next_cursor)


@app.command("show")
def show(name: Name, url: Url = None, json: Json = False) -> None:
    """Show one model with its versions, newest first."""
    with Client(url) as client:
        model = client.models.show(name)
    if json:
        print_json(model)
        return
    where = for_people(json_wanted=False)
    where.print(safe(f"{model.model}, {model.task}", style="bold"))
    where.print(model_versions_table(model))
