"""`runoff run export`: a run as a file."""

from pathlib import Path
from typing import Annotated

import typer

from runoff.cli.options import Json, Run, Url
from runoff.cli.output import for_people, print_json, safe
from runoff.cli.run_meant import run_id_of
from runoff.client import Client
from runoff.exports import FORMATS, ExportFormat, format_of


def export(
    run: Run,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to.", show_default=False)
    ],
    format_: Annotated[
        ExportFormat | None,
        typer.Option(
            "--format",
            help=f"{', '.join(FORMATS)}; by the file's name where left out.",
            show_default=False,
        ),
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Write a run to a file: a row for each entry and model, of any size.

    A running run is written as it stands. `runoff import` reads jsonl, csv and parquet back.

    For example:

        runoff run export last -o run.parquet
        runoff run export last --format every-eval-ever -o run.zip
    """
    asked = format_ or format_of(output)
    with Client(url) as client:
        run_id = run_id_of(client, run)
        n_bytes = client.exports.save(run_id, output, format=asked)
    if json:
        print_json({"run_id": run_id, "file": str(output), "format": asked, "n_bytes": n_bytes})
        return
    for_people(json_wanted=False).print(safe(f"{output}: {n_bytes} bytes of run {run_id}."))
