"""`runoff predictions`: what models answered elsewhere, as models of their own."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from runoff.cli.options import Json, Run, Url
from runoff.cli.output import for_people, print_json, safe
from runoff.cli.progress import progress_of
from runoff.cli.run_meant import run_id_of
from runoff.client import Client
from runoff.errors import InvalidInput
from runoff.importing.formats import FORMATS, read
from runoff.importing.job import gather
from runoff.importing.limits import parsed
from runoff.importing.sample import Place, Wanted
from runoff.predictions import Rows
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
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="The predictions; none with --live.", show_default=False
        ),
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

    With **--live** there is no file: a run of the model waits for `runoff predictions push`.
    """
    where = for_people(json_wanted=json)
    if live:
        of_files = {"--append": append, "--map": columns, "--truth": truth, "--format": format_}
        for option, given in of_files.items():
            if given:
                raise typer.BadParameter("is for files of predictions", param_hint=option)
        _add_live(name, file, task, made_by, url=url, json=json)
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


def _add_live(
    name: str,
    file: Path | None,
    task: Task | None,
    made_by: str | None,
    *,
    url: str | None,
    json: bool,
) -> None:
    if file is not None:
        raise typer.BadParameter("a live model has no file", param_hint="FILE")
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


LiveModel = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="upload/NAME", help="Where several are live.", show_default=False
    ),
]


@app.command("push")
def push(
    run: Run,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The predictions; - is JSON lines on standard input."),
    ],
    model: LiveModel = None,
    last: Annotated[
        bool, typer.Option("--complete", help="Nothing more comes after these.")
    ] = False,
    format_: Format = None,
    columns: Columns = None,
    task: TaskName = None,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="COCO: the file of the ground truth.", show_default=False),
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Push predictions of a live model to a run that is under way.

    Entries are handed on as soon as they have theirs; the run settles when all have one, or after
    `runoff predictions complete`. What the run has already is passed over, so a push that broke
    off may be repeated; another answer for an entry is refused.

    For example:

        runoff predictions add net-7 --live --task detection
        runoff run launch --dataset photos --model upload/net-7 --model onnx/net
        runoff predictions push last answers.jsonl --complete
    """
    with tempfile.TemporaryDirectory(prefix="runoff-import-") as folder, Client(url) as client:
        run_id = run_id_of(client, run)
        rows: Rows
        n_all: int | None = None
        if str(file) == "-":
            rows = _standard_input()
        else:
            wanted = Wanted(task=task, columns=columns_of(columns), truth=truth)
            gathered = gather([read(file, wanted, checked_format(format_))], Path(folder))
            if len(gathered.answers) != 1:
                raise InvalidInput(f"{file} holds predictions of {len(gathered.answers)} models.")
            rows, n_all = gathered.answers[0].path, gathered.answers[0].n_rows
        with progress_of("Pushing") as report:
            pushed = client.predictions.push(
                run_id,
                rows,
                model=model,
                progress=lambda n_done, n_known: report(n_done, n_all or n_known),
            )
        if last:
            client.predictions.complete(run_id, model=model)
    if json:
        print_json(asdict(pushed))
        return
    there = pushed.n_rows - pushed.n_new
    words = f"{pushed.n_new} new predictions" + (f"; {there} were there already" if there else "")
    for_people(json_wanted=False).print(words + ".")


@app.command("complete")
def complete(run: Run, model: LiveModel = None, url: Url = None, json: Json = False) -> None:
    """Say that nothing more comes: entries without a prediction fail, and the run goes on."""
    with Client(url) as client:
        accepted = client.predictions.complete(run_id_of(client, run), model=model)
    if json:
        print_json(accepted)
        return
    for_people(json_wanted=False).print(safe(f"Run {accepted.id} waits for no more predictions."))


def _standard_input() -> Iterator[Mapping[str, object]]:
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if line.strip():
            yield parsed(line, Place("standard input", number))


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
