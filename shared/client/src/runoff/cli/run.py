"""`runoff run`: follow runs and look at them; `listing.py` finds, `control.py` changes them."""

import sys
from typing import Annotated

import typer

from runoff.cli import bulk, control, params
from runoff.cli.again import rerun, vary
from runoff.cli.commands import Commands
from runoff.cli.entry import entry
from runoff.cli.export import export
from runoff.cli.following import print_run, report_settled, watch_run
from runoff.cli.launch import launch
from runoff.cli.lineage import lineage
from runoff.cli.listing import list_
from runoff.cli.options import Cursor, Json, Limit, Run, Url
from runoff.cli.output import for_people, print_json, say_more
from runoff.cli.report import report
from runoff.cli.review import review
from runoff.cli.run_meant import run_id_of
from runoff.cli.tables import entries_table
from runoff.client import Client
from runoff.evaluation import schema as evaluation_schema
from runoff.runs import EntrySort, ReviewState

app = Commands(help="Models answering the entries of a dataset.")
app.command("launch")(launch)
app.command("list")(list_)
app.command("export")(export)
app.command("pause")(control.pause)
app.command("resume")(control.resume)
app.command("cancel")(control.cancel)
app.command("retry")(control.retry)
app.command("rescore")(control.rescore)
app.command("edit")(control.edit)
app.command("archive")(bulk.archive)
app.command("restore")(bulk.restore)
app.command("delete")(bulk.delete)
app.command("report")(report)
app.command("entry")(entry)
app.command("rerun")(rerun)
app.command("vary")(vary)
app.command("review")(review)
app.command("lineage")(lineage)
app.add_typer(params.app, name="params")

Text = str | None


@app.command("show")
def show(run: Run, url: Url = None, json: Json = False) -> None:
    """Show one run: how far it is, what each model reached so far, and what it cost."""
    with Client(url) as client:
        view = client.runs.show(run_id_of(client, run))
    if json:
        print_json(view)
    else:
        print_run(view, for_people(json_wanted=False))


@app.command("watch")
def watch(run: Run, url: Url = None, json: Json = False) -> None:
    """Follow a run until it is settled; ends with 1 when it failed or was canceled.

    Below the bar stands what may be said of the models so far: it holds however often one looks.
    Ctrl-C ends the watching, not the run.
    """
    where = for_people(json_wanted=json)
    with Client(url) as client:
        view = watch_run(client, run_id_of(client, run))
        report_settled(client, view, where, json=json)


@app.command("entries")
def entries(
    run: Run,
    sort: Annotated[
        EntrySort, typer.Option("--sort", help="The largest first; index is the dataset's order.")
    ] = "difference",
    status: Annotated[
        Text, typer.Option("--status", help="answered or failed.", show_default=False)
    ] = None,
    section: Annotated[
        Text, typer.Option("--section", help="Only of it.", show_default=False)
    ] = None,
    split: Annotated[Text, typer.Option("--split", help="Only of it.", show_default=False)] = None,
    review: Annotated[
        ReviewState | None,
        typer.Option(
            "--review", help="approved or rejected by people, or none.", show_default=False
        ),
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """List a run's entries with every model's answer, the most disputed first."""
    with Client(url) as client:
        view = client.runs.show(run_id_of(client, run))
        page = client.runs.entries(
            view.run_id,
            sort=sort,
            status=status,
            section=section,
            split=split,
            review=review,
            limit=limit,
            cursor=cursor,
        )
    if json:
        print_json(page)
        return
    where = for_people(json_wanted=False)
    where.print(entries_table(page.items, [each.model for each in view.contenders]))
    say_more(where, page.next_cursor)


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of an evaluation file, for editors.

    For example:

        runoff run schema > eval.schema.json

    An editor checks a file whose first line names it:

        # yaml-language-server: $schema=eval.schema.json
    """
    sys.stdout.write(evaluation_schema())
