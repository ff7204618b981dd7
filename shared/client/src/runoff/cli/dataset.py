"""`runoff dataset`: register entries, look at what is registered."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from runoff.cli import words
from runoff.cli.commands import Commands
from runoff.cli.options import Cursor, Json, Limit, Url
from runoff.cli.output import for_people, print_json, safe, say_more
from runoff.cli.progress import progress_of
from runoff.cli.tables import dataset_versions_table, datasets_table
from runoff.client import Client
from runoff_contracts.task import Task

app = Commands(help="Named entries in immutable versions: what models are asked about.")

Format = Literal["manifest", "coco"]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a dataset.", show_default=False)]


@app.command("add")
def add(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|FILE",
            help="A folder with manifest.jsonl or manifest.csv, a manifest by itself, or a file "
            "of COCO annotations.",
            show_default=False,
        ),
    ],
    name: Annotated[str, typer.Option("--name", help="What to call it.", show_default=False)],
    task: Annotated[
        Task | None,
        typer.Option(
            "--task",
            help="What models do with an entry; classification, and detection of COCO, where left "
            "out.",
            show_default=False,
        ),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="What is given: a manifest of ours, or COCO.")
    ] = "manifest",
    images: Annotated[
        Path | None,
        typer.Option("--images", help="COCO: the folder of the images.", show_default=False),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            help="COCO: the split of all entries; by the file's name where left out.",
            show_default=False,
        ),
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Register a folder of files, or a manifest of texts, as a version of a dataset.

    Each row of the manifest is an entry: **id**, **file** or **text**, and where known
    **target**, **section**, **split**, **metadata**. The same content again makes no
    new version. When rows are wrong all are named, and nothing is registered.

    For example:

        runoff dataset add photos/ --name photos

        runoff dataset add instances_val.json --name street --format coco --images val/
    """
    where = for_people(json_wanted=json)
    _check_options(format_, task, images, split)
    with Client(url) as client:
        with progress_of("Uploading", counted=False) as report:
            if images is not None:
                added = client.datasets.add_coco(
                    path, name=name, images=images, split=split, progress=report
                )
            else:
                chosen = task or "classification"
                added = client.datasets.add(path, name=name, task=chosen, progress=report)
        # The next command is to see it.
        dataset = client.datasets.show(name, after=added.seq)
    if json:
        print_json(added)
        return
    version = next(each for each in dataset.versions if each.number == added.number)
    there = "" if added.created else "; it was there already"
    where.print(
        safe(f"Dataset {added.id}: {words.counted(version.n_entries, 'entry', 'entries')}{there}.")
    )


def _check_options(
    format_: Format, task: Task | None, images: Path | None, split: str | None
) -> None:
    """Refuse options that would be passed over."""
    if format_ == "coco":
        if images is None:
            raise typer.BadParameter("COCO needs the folder of its images", param_hint="--images")
        if task not in {None, "detection"}:
            raise typer.BadParameter("COCO is a dataset for detection", param_hint="--task")
    elif images is not None or split is not None:
        option = "--split" if images is None else "--images"
        raise typer.BadParameter("is for --format coco", param_hint=option)


@app.command("list")
def list_(url: Url = None, limit: Limit = None, cursor: Cursor = None, json: Json = False) -> None:
    """List datasets with their newest version."""
    with Client(url) as client:
        page = client.datasets.list(limit=limit, cursor=cursor)
    if json:
        print_json(page)
        return
    where = for_people(json_wanted=False)
    if not page.items:
        where.print("No datasets yet. Add one: runoff dataset add FOLDER --name NAME")
        return
    where.print(datasets_table(page.items))
    say_more(where, page.next_cursor)


@app.command("show")
def show(name: Name, url: Url = None, json: Json = False) -> None:
    """Show one dataset with its versions, newest first."""
    with Client(url) as client:
        dataset = client.datasets.show(name)
    if json:
        print_json(dataset)
        return
    where = for_people(json_wanted=False)
    where.print(safe(f"{dataset.dataset}, {dataset.task}", style="bold"))
    where.print(dataset_versions_table(dataset))
