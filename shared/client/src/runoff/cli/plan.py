"""`runoff plan`: say what is asked before anybody sees a result, and how large it has to be."""

from pathlib import Path
from typing import Annotated

import typer

from runoff.cli.commands import Commands
from runoff.cli.launch import Given, merged
from runoff.cli.options import Cursor, Json, Limit, Url
from runoff.cli.output import for_people, print_json, safe, say_more
from runoff.cli.plan_tables import plan_lines, plans_table, size_table
from runoff.cli.run_meant import run_id_of
from runoff.client import Client
from runoff.evaluation import read_yaml
from runoff.plans import checked
from runoff_contracts.plan import PlanAsked

app = Commands(
    help="What is asked, sealed before its runs; and how many entries it takes.",
)

Text = str | None
Number = float | None


@app.command("seal")
def seal(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="PLAN.yaml", help="The plan, as a file.", show_default=False),
    ] = None,
    title: Annotated[Text, typer.Option("--title", show_default=False)] = None,
    hypothesis: Annotated[
        Text, typer.Option("--hypothesis", help="What is expected, and why.", show_default=False)
    ] = None,
    dataset: Annotated[
        Text, typer.Option("--dataset", help="Name, or name@version.", show_default=False)
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option("--model", help="provider/name; again for each model.", show_default=False),
    ] = None,
    baseline: Annotated[
        Text,
        typer.Option("--baseline", help="The model to be held against.", show_default=False),
    ] = None,
    metric: Annotated[
        Text, typer.Option("--metric", help="The scorer that decides.", show_default=False)
    ] = None,
    margin: Annotated[
        Number,
        typer.Option("--margin", help="The largest difference that is none.", show_default=False),
    ] = None,
    alpha: Annotated[
        Number, typer.Option("--alpha", help="Of the tests (0.05).", show_default=False)
    ] = None,
    entries: Annotated[
        int | None,
        typer.Option("--entries", help="A run asks exactly so many.", show_default=False),
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Seal a plan: nobody can change a word of it from then on.

    Options win over the file. A run that is launched with **--plan DIGEST** is refused where it
    contradicts the plan, and its comparison says whether it kept to it.

    For example:

        runoff plan seal plan.yaml

        runoff plan seal plan.yaml --dataset mails@2 --margin 0.02
    """
    asked: Given = {
        "title": title,
        "hypothesis": hypothesis,
        "dataset": dataset,
        "models": models or None,
        "baseline": baseline,
        "metric": metric,
        "margin": margin,
        "alpha": alpha,
        "stopping": {"n_entries": entries},
    }
    name = "what the options say" if file is None else file.name
    base = {} if file is None else read_yaml(file, what="mapping with `title` and `metric`")
    plan = checked(PlanAsked, merged(base, asked), name)
    with Client(url) as client:
        sealed = client.plans.seal(plan)
    if json:
        print_json(sealed)
        return
    where = for_people(json_wanted=False)
    said = "Sealed" if sealed.created else "Sealed before, word for word"
    where.print(f"{said}: {sealed.id}")
    where.print(f"  runoff run launch --plan {sealed.id.removeprefix('sha256:')[:12]} …")


@app.command("list")
def list_(limit: Limit = 20, cursor: Cursor = None, url: Url = None, json: Json = False) -> None:
    """List plans, newest first."""
    with Client(url) as client:
        page = client.plans.list(limit=limit, cursor=cursor)
    if json:
        print_json(page)
        return
    where = for_people(json_wanted=False)
    if not page.items:
        where.print("No plans. Seal one: runoff plan seal --help")
        return
    where.print(plans_table(page.items))
    say_more(where, page.next_cursor)


@app.command("show")
def show(
    plan: Annotated[
        str,
        typer.Argument(
            metavar="PLAN", help="Its digest, or the first 8 characters.", show_default=False
        ),
    ],
    url: Url = None,
    json: Json = False,
) -> None:
    """Show a plan and the runs that were launched under it."""
    with Client(url) as client:
        view = client.plans.show(plan)
    if json:
        print_json(view)
        return
    where = for_people(json_wanted=False)
    for line in plan_lines(view):
        where.print(line)


@app.command("size")
def size(
    difference: Annotated[
        Number,
        typer.Option("--difference", help="To be seen: 0.02 for two points.", show_default=False),
    ] = None,
    entries: Annotated[
        int | None,
        typer.Option("--entries", help="Or: that there are.", show_default=False),
    ] = None,
    discordance: Annotated[
        Number,
        typer.Option(
            "--discordance",
            help="Share of entries that exactly one of two models gets right.",
            show_default=False,
        ),
    ] = None,
    sd: Annotated[
        Number,
        typer.Option(
            "--sd", help="Or: standard deviation of differences, per entry.", show_default=False
        ),
    ] = None,
    from_run: Annotated[
        Text,
        typer.Option(
            "--from-run", help="Or: a completed run that says it (`last`).", show_default=False
        ),
    ] = None,
    metric: Annotated[
        Text,
        typer.Option("--metric", help="Of that run (its primary one).", show_default=False),
    ] = None,
    power: Annotated[float, typer.Option("--power", help="Chance of seeing what is there.")] = 0.8,
    alpha: Annotated[
        float, typer.Option("--alpha", help="Chance of seeing what is not there.")
    ] = 0.05,
    url: Url = None,
    json: Json = False,
) -> None:
    """Say how many entries show a difference, or which difference so many entries show.

    For example:

        runoff plan size --difference 0.02 --discordance 0.1

        runoff plan size --difference 0.02 --from-run last

        runoff plan size --entries 400 --discordance 0.1
    """
    if (difference is None) == (entries is None):
        raise typer.BadParameter("give either --difference or --entries: the other is the answer")
    if sum(each is not None for each in (discordance, sd, from_run)) != 1:
        raise typer.BadParameter(
            "give one of --discordance, --sd and --from-run: how much do entries vary?"
        )
    with Client(url) as client:
        found = client.plans.size(
            difference=difference,
            n_entries=entries,
            discordance=discordance,
            sd=sd,
            from_run=from_run and run_id_of(client, from_run),
            metric=metric,
            power=power,
            alpha=alpha,
        )
    if json:
        print_json(found)
        return
    where = for_people(json_wanted=False)
    where.print(safe(found.sentence), soft_wrap=True)
    where.print(size_table(found))
