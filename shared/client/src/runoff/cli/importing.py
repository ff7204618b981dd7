"""`runoff import`: past work of other tools, compared at once."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from runoff.cli.following import comparison_of, report_settled, watch_run
from runoff.cli.options import Json, Url
from runoff.cli.output import clean, for_people, print_json, safe, warn
from runoff.cli.past import Columns, Format, TaskName, Truth, checked_format, columns_of
from runoff.client import Client
from runoff.importing.formats import read
from runoff.importing.job import Imported, carry_out, gather
from runoff.importing.sample import Wanted
from runoff_contracts.task import Status


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="One or more.", show_default=False)
    ],
    format_: Format = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            help="What to call the entries; or, where the files have none, a dataset's name.",
            show_default=False,
        ),
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option("--model", help="What to call a model; again for each.", show_default=False),
    ] = None,
    task: TaskName = None,
    columns: Columns = None,
    truth: Truth = None,
    images: Annotated[
        Path | None,
        typer.Option("--images", help="COCO: the folder of the images.", show_default=False),
    ] = None,
    no_run: Annotated[bool, typer.Option("--no-run", help="Register, and launch nothing.")] = False,
    url: Url = None,
    json: Json = False,
) -> None:
    """Import what models answered elsewhere and compare them: several files make one run.

    Reads **JSON lines, CSV, Parquet** (with --map), **Inspect** logs, sample files of
    **lm-evaluation-harness**, and **COCO** results. Entries that the files hold become a dataset.
    docs/importing.md says more.

    For example:

        runoff import logs/gpt.eval logs/claude.eval
        runoff import answers.csv --map question=input --map guess=answer --task text
        runoff import a.json b.json --truth instances.json --images photos/
    """
    wanted = Wanted(task=task, columns=columns_of(columns), truth=truth, images=images)
    where = for_people(json_wanted=json)
    sources = [read(file, wanted, checked_format(format_)) for file in files]
    with tempfile.TemporaryDirectory(prefix="runoff-import-") as folder, Client(url) as client:
        gathered = gather(sources, Path(folder), names=models or ())
        for source in sources:
            for note in source.notes:
                where.print(safe(f"{source.path.name}: {note}"))
        imported = carry_out(
            client,
            gathered,
            dataset=dataset,
            launch=not no_run,
            say=lambda words: where.print(safe(words)),
        )
        _report(client, imported, json=json)


def _report(client: Client, imported: Imported, *, json: bool) -> None:
    """Follow the run, if one was launched, and say what came of it."""
    where = for_people(json_wanted=json)
    if imported.run is None:
        # The next command is to see it.
        client.datasets.list(limit=1, after=imported.seq)
        if json:
            print_json(_document(imported, None))
        return
    warn(imported.run.warnings)
    run = watch_run(client, imported.run.id, after=imported.run.seq)
    if json and run.status is Status.COMPLETED:
        compared = len(run.contenders) > 1
        digest = comparison_of(client, run.run_id).digest if compared else None
        print_json(_document(imported, digest))
        return
    report_settled(client, run, where, json=json)
    if pages := client.server.pages():
        address = f"{pages}/runs/{run.run_id}"
    else:
        address = f"{client.url}/api/runs/{run.run_id}/comparison"
    where.print(f"\nTo look at it again:\n  {clean(address)}", soft_wrap=True)


def _document(imported: Imported, digest: str | None) -> dict[str, object]:
    return {
        "dataset": imported.dataset,
        "models": imported.models,
        "run_id": imported.run.id if imported.run else None,
        "comparison_digest": digest,
    }
