"""`runoff predictions push` and `complete`: predictions for a run that is under way."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from runoff.cli.options import Json, Run, Url
from runoff.cli.output import for_people, print_json, safe
from runoff.cli.past import Columns, Format, TaskName, Truth, checked_format, columns_of
from runoff.cli.progress import Report, progress_of
from runoff.cli.run_meant import run_id_of
from runoff.client import Client
from runoff.errors import InvalidInput
from runoff.importing.formats import read
from runoff.importing.job import gather
from runoff.importing.limits import parsed
from runoff.importing.sample import Place, Wanted
from runoff.predictions import BATCH_ROWS, Rows

LiveModel = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="upload/NAME", help="Where several are live.", show_default=False
    ),
]


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
    truth: Truth = None,
    batch_rows: Annotated[
        int,
        typer.Option("--batch-rows", min=1, max=5000, help="Rows that are handed on at once."),
    ] = BATCH_ROWS,
    url: Url = None,
    json: Json = False,
) -> None:
    """Push predictions of a live model to a run that is under way.

    Entries are handed on as soon as they have theirs; the run settles when all have one, or after
    `runoff predictions complete`. What the run has already is passed over, so a push that broke
    off may be repeated; another answer for an entry is refused, and so is a row of no entry.
    Ctrl-C ends it with 130, and what was pushed stays.

    For example:

        runoff predictions add --live --name net-7 --task detection
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
        with _counting(n_all) as counted:
            pushed = client.predictions.push(
                run_id, rows, model=model, batch_rows=batch_rows, progress=counted
            )
        if last:
            client.predictions.complete(run_id, model=model)
    if json:
        print_json(asdict(pushed))
        return
    there = pushed.n_rows - pushed.n_new
    words = f"{pushed.n_new} new predictions" + (f"; {there} were there already" if there else "")
    for_people(json_wanted=False).print(words + ".")


def complete(run: Run, model: LiveModel = None, url: Url = None, json: Json = False) -> None:
    """Say that nothing more comes: entries without a prediction fail, and the run goes on."""
    with Client(url) as client:
        accepted = client.predictions.complete(run_id_of(client, run), model=model)
    if json:
        print_json(accepted)
        return
    for_people(json_wanted=False).print(safe(f"Run {accepted.id} waits for no more predictions."))


@contextmanager
def _counting(n_all: int | None) -> Iterator[Report]:
    """Counts and shows the rows that the run has taken, and says how many where it is broken off.

    Args:
        n_all: How many there are, where that is known.
    """
    n_pushed = 0
    try:
        with progress_of("Pushing") as report:

            def count(n_done: int, n_known: int) -> None:
                nonlocal n_pushed
                n_pushed = n_done
                report(n_done, n_all or n_known)

            yield count
    except KeyboardInterrupt:
        words = (
            f"Interrupted. {n_pushed} rows were pushed and stay; push the same rows again to go on."
        )
        for_people(json_wanted=True).print(words)
        raise typer.Exit(130) from None


def _standard_input() -> Iterator[Mapping[str, object]]:
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if line.strip():
            yield parsed(line, Place("standard input", number))
