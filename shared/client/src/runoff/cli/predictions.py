"""`runoff predictions`: what models answered elsewhere, as models of their own."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from runoff.cli.options import Json, Url
from runoff.cli.output import for_people, print_json, safe
from runoff.cli.progress import progress_of
from runoff.client import Client
from runoff.errors import InvalidInput
from runoff.importing.formats import FORMATS, read
from runoff.importing.job import gather
from runoff.importing.sample import Wanted
from runoff_contracts.task import Task

app = typer.Typer(help="What models answered elsewhere.", no_args_is_help=True)

Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        help=f"{', '.join(FORMATS)}; by the file's name where left out.",
        show_default=False,
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="Which column is which field, as guess=label; again for each.",
        show_default=False,
    ),
]
TaskName = Annotated[
    Task | None,
    typer.Option("--task", help="By the columns where left out.", show_default=False),
]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it: upload/NAME.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The predictions.")],
    format_: Format = None,
    columns: Columns = None,
    task: TaskName = None,
    made_by: Annotated[
        str | None,
        typer.Option("--made-by", help="What made them, in your words.", show_default=False),
    ] = None,
    append: Annotated[
        bool, typer.Option("--append", help="Add to the newest version: it makes a new one.")
    ] = False,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="COCO: the file of the ground truth.", show_default=False),
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Upload a model's predictions; it can then take part in runs as upload/NAME.

    Rows are matched with a dataset's entries by their id. When rows are wrong all are named, and
    nothing is registered. The same predictions again make no new version.

    For example:

        runoff predictions add net-7 answers.csv --map image=id --map guess=label
        runoff run launch --dataset photos --model upload/net-7 --model onnx/net
    """
    wanted = Wanted(task=task, columns=columns_of(columns), truth=truth)
    where = for_people(json_wanted=json)
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
                progress=report,
            )
        # The next command is to see it.
        client.models.show(added.model, after=added.seq)
    for note in source.notes:
        where.print(safe(f"{file.name}: {note}"))
    if json:
        print_json(added)
        return
    there = "" if added.created else "; they were there already"
    where.print(safe(f"Predictions {added.id}: {added.n_answers}{there}."))


def columns_of(pairs: list[str] | None) -> dict[str, str]:
    """Fields by column, from COLUMN=FIELD."""
    columns: dict[str, str] = {}
    for pair in pairs or []:
        column, equals, field = pair.rpartition("=")
        if not equals or not column or not field:
            raise typer.BadParameter(f"{pair!r} is not COLUMN=FIELD", param_hint="--map")
        columns[column] = field
    return columns


def checked_format(format_: str | None) -> str | None:
    """A format that there is."""
    if format_ is not None and format_ not in FORMATS:
        raise typer.BadParameter(
            f"{format_!r} is none of {', '.join(FORMATS)}", param_hint="--format"
        )
    return format_
