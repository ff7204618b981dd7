"""`runoff model`: register models, look at what is registered."""

from pathlib import Path
from typing import Annotated

import typer

from runoff.cli.commands import Commands
from runoff.cli.options import Cursor, Json, Limit, Url
from runoff.cli.output import for_people, print_json, safe, say_more
from runoff.cli.progress import progress_of
from runoff.cli.tables import declaration_lines, model_versions_table, models_table
from runoff.client import Client

app = Commands(help="Models with their declarations, in immutable versions.")

Name = Annotated[
    str,
    typer.Argument(
        metavar="PROVIDER/NAME", help="Name of a model, as onnx/net.", show_default=False
    ),
]


@app.command("add")
def add(
    model: Annotated[
        str,
        typer.Argument(
            metavar="FILE|PROVIDER/NAME",
            help="The .onnx file, with --name; or what to call a model without a file.",
            show_default=False,
        ),
    ],
    spec: Annotated[
        Path,
        typer.Option(
            "--spec",
            metavar="SPEC.json|SPEC.yaml",
            help="How the model is asked, and what its answers mean.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option("--name", help="What to call a file: onnx/…", show_default=False),
    ] = None,
    gallery: Annotated[
        Path | None,
        typer.Option(
            "--gallery",
            metavar="FILE.npz",
            help="Labelled vectors, for a model of embeddings.",
            show_default=False,
        ),
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Register a model as a version: an ONNX file, or a declaration that says everything.

    The provider in the name says what the declaration holds: **onnx/** a file's tensors, **oip/**
    a server of the Open Inference Protocol, **openai/**, **anthropic/**, **google/**, **ollama/**
    and **llm/** a prompt, **browser/** a web page. A worker loads or reaches the model first and
    checks that it fits. The same again makes no new version. docs/models.md has declarations to
    start from.

    For example:

        runoff model add net.onnx --name onnx/net --spec net.json

        runoff model add openai/terse --spec prompt.yaml
    """
    where = for_people(json_wanted=json)
    with Client(url) as client:
        with progress_of("Uploading", counted=False) as report:
            file = None if name is None else Path(model)
            added = client.models.add(
                file, name=name or model, spec=spec, gallery=gallery, progress=report
            )
        # The next command is to see it.
        client.models.show(name or model, after=added.seq)
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
        where.print("No models yet. Add one: runoff model add --help")
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
    if model.versions:
        where.print(safe("Declaration of the newest", style="bold"))
        where.print(declaration_lines(model.versions[0].spec))
