"""`runoff predictions`: what models answered elsewhere, as models of their own."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from runoff.cli import pushing
from runoff.cli.commands import Commands
from runoff.cli.options import Json, Url
from runoff.cli.output import for_people, print_json, safe, warn
from runoff.cli.past import Columns, Format, TaskName, Truth, checked_format, columns_of
from runoff.cli.progress import progress_of
from runoff.client import Client
from runoff.errors import InvalidInput
from runoff.importing.formats import read
from runoff.importing.job import gather
from runoff.importing.sample import Wanted
from runoff_contracts.task import Task

app = Commands(help="What models answered elsewhere.")


@app.command("add")
def add(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="The predictions; none with --live.", show_default=False
        ),
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="What to call it: upload/NAME.", show_default=False),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="They are pushed to each run while it goes on.")
    ] = False,
    format_: Format = None,
    columns: Columns = None,
    task: TaskName = None,
    made_by: Annotated[
        str | None,
        typer.Option("--made-by", help="What made them, in your words.", show_default=False),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset", help="Warn of rows that match no entry of it.", show_default=False
        ),
    ] = None,
    append: Annotated[
        bool, typer.Option("--append", help="Add to the newest version: it makes a new one.")
    ] = False,
    truth: Truth = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Upload a model's predictions; it can then take part in runs as upload/NAME.

    Rows are matched with a dataset's entries by their id. When rows are wrong all are named, and
    nothing is registered. The same predictions again make no new version.

    For example:

        runoff predictions add answers.csv --name net-7 --map image=id --map guess=label
        runoff run launch --dataset photos --model upload/net-7 --model onnx/net

    With **--live** there is no file: a run of the model waits for `runoff predictions push`.
    """
    name = _named(name, file, more, live=live)
    if live:
        of_files = {
            "--append": append,
            "--dataset": dataset,
            "--map": columns,
            "--truth": truth,
            "--format": format_,
        }
        for option, given in of_files.items():
            if given:
                raise typer.BadParameter("is for files of predictions", param_hint=option)
        _add_live(name, task, made_by, url=url, json=json)
        return
    if file is None:
        raise typer.BadParameter("the predictions are missing", param_hint="FILE")
    wanted = Wanted(task=task, columns=columns_of(columns), truth=truth)
    source = read(file, wanted, checked_format(format_))
    with tempfile.TemporaryDirectory(prefix="runoff-import-") as folder, Client(url) as client:
        gathered = gather([source], Path(folder), names=[name])
        if len(gathered.answers) != 1:
            raise InvalidInput(
                f"{file} holds predictions of {len(gathered.answers)} models, not of one: "
                "`runoff import` takes several."
            )
        answers = gathered.answers[0]
        with progress_of("Uploading", counted=False) as report:
            added = client.predictions.upload(
                name,
                answers.path,
                task=gathered.task,
                made_by=made_by or answers.made_by,
                append=append,
                dataset=dataset,
                progress=report,
            )
        # The next command is to see it.
        client.models.show(added.model, after=added.seq)
    where = for_people(json_wanted=json)
    for note in source.notes:
        where.print(safe(f"{file.name}: {note}"))
    warn(added.warnings)
    if json:
        print_json(added)
        return
    there = "" if added.created else "; they were there already"
    where.print(safe(f"Predictions {added.id}: {added.n_answers}{there}."))


def _named(name: str | None, file: Path | None, more: list[str] | None, *, live: bool) -> str:
    """The name; whoever writes it before the file, as it once was, is told the order of today."""
    if more or (name is None and live and file is not None):
        rest = "--live" if live else " ".join(more or [])
        said = f"the name stands in --name: runoff predictions add {rest} --name {file}"
        raise typer.BadParameter(said, param_hint="FILE")
    if live and file is not None:
        raise typer.BadParameter("a live model has no file", param_hint="FILE")
    if name is None:
        raise typer.BadParameter("what to call the predictions is missing", param_hint="--name")
    return name


def _add_live(
    name: str, task: Task | None, made_by: str | None, *, url: str | None, json: bool
) -> None:
    if task is None:
        raise typer.BadParameter("a live model needs its task", param_hint="--task")
    with Client(url) as client:
        added = client.predictions.add_live(name, task=task, made_by=made_by)
        # The next command is to see it.
        client.models.show(added.model, after=added.seq)
    if json:
        print_json(added)
        return
    there = "" if added.created else "; it was there already"
    for_people(json_wanted=False).print(safe(f"Live model {added.id}{there}."))


app.command("push")(pushing.push)
app.command("complete")(pushing.complete)
