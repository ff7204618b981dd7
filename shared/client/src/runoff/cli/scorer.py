"""`runoff scorer`: what answers can be scored by."""

from typing import Annotated

import typer

from runoff.cli.commands import Commands
from runoff.cli.options import Json, Url
from runoff.cli.output import for_people, print_json
from runoff.cli.tables import scorers_table
from runoff.client import Client
from runoff_contracts.task import Task
from runoff_contracts.views import Page, ScorerView

app = Commands(help="Named, versioned functions that say how good an answer is.")


@app.command("list")
def list_(
    task: Annotated[
        Task | None, typer.Option("--task", help="Only those for it.", show_default=False)
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """List scorers, their parameters, and the tasks whose runs have them without asking.

    A run chooses others: **--scorer NAME**, with parameters **--scorer NAME:KEY=VALUE,…**, again
    for each. The first one has to pass or fail an answer: comparisons test it.

    For example:

        runoff scorer list --task text

        runoff run launch eval.yaml --scorer numeric:tolerance=0.5 --scorer token_f1
    """
    with Client(url) as client:
        page = client.scorers.list()
    if task is not None:
        page = Page[ScorerView](items=[each for each in page.items if task in each.tasks])
    if json:
        print_json(page)
        return
    for_people(json_wanted=False).print(scorers_table(page.items))
