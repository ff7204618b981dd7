"""`runoff run list`: find runs, sort them, group them."""

from typing import Annotated

import typer
from rich.text import Text

from runoff.cli.listing_tables import groups_table, runs_table
from runoff.cli.options import Cursor, Json, Limit, Url
from runoff.cli.output import for_people, print_json, say_more
from runoff.client import Client
from runoff.finding import Archived

Word = str | None
Words = list[str] | None
_FIND, _SHOW = "Which runs", "What of them"


def list_(
    filter: Annotated[
        Word,
        typer.Option(
            "--filter",
            help="Terms on metrics.NAME, params.NAME, tags.NAME and attributes "
            "(alias, archived, created_at, dataset, dataset_version, duration_s, kind, model, "
            "n_entries, priority, run_id, settled_at, started_at, status, task), with = != "
            "> >= < <=, "
            "LIKE, ILIKE, IN (…), NOT IN (…), IS NULL, IS NOT NULL, joined by and, or, not, ( ).",
            show_default=False,
            rich_help_panel=_FIND,
        ),
    ] = None,
    search: Annotated[
        Word,
        typer.Option(
            "--search",
            help="Words, or their beginnings, of id, alias, labels, parameters, dataset, models.",
            show_default=False,
            rich_help_panel=_FIND,
        ),
    ] = None,
    status: Annotated[
        Words,
        typer.Option(
            "--status",
            help="As completed; again for several.",
            show_default=False,
            rich_help_panel=_FIND,
        ),
    ] = None,
    kind: Annotated[
        Words,
        typer.Option(
            "--kind",
            help="analyze, rescore, retry or upload; again for several.",
            show_default=False,
            rich_help_panel=_FIND,
        ),
    ] = None,
    model: Annotated[
        Word,
        typer.Option(
            "--model",
            help="As onnx/net or onnx/net@2.",
            show_default=False,
            rich_help_panel=_FIND,
        ),
    ] = None,
    dataset: Annotated[
        Word,
        typer.Option("--dataset", help="By name.", show_default=False, rich_help_panel=_FIND),
    ] = None,
    archived: Annotated[
        Archived | None,
        typer.Option(
            "--archived",
            help="Archived runs too (any), or alone (yes); left out where nothing is said.",
            show_default=False,
            rich_help_panel=_FIND,
        ),
    ] = None,
    order_by: Annotated[
        Words,
        typer.Option(
            "--order-by",
            help="As 'metrics.accuracy desc'; again for further keys. Newest first without it.",
            show_default=False,
            rich_help_panel=_SHOW,
        ),
    ] = None,
    group_by: Annotated[
        Word,
        typer.Option(
            "--group-by",
            help="alias, dataset, kind, model, priority, status, task, label:NAME or param:NAME: "
            "one line a group, with the mean of each --metric and its 95 % interval over runs.",
            show_default=False,
            rich_help_panel=_SHOW,
        ),
    ] = None,
    metrics: Annotated[
        Words,
        typer.Option(
            "--metric",
            help="A column of it; again for several.",
            show_default=False,
            rich_help_panel=_SHOW,
        ),
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Find runs, newest first.

    For example:

        runoff run list --filter "metrics.accuracy > 0.9 and tags.team = 'vision'"

        runoff run list --search 'nightly gpt' --order-by 'metrics.accuracy desc'

        runoff run list --filter "params.lr < 0.01 and not status = 'failed'"

        runoff run list --group-by param:lr --metric accuracy --metric cost_usd

    A name with other characters than letters, digits, . and _ stands in
    quotes: metrics.'my_module:grade' > 3. A term on a metric holds where any
    model of the run fits it.
    """
    if group_by is not None and order_by:
        raise typer.BadParameter("groups are sorted by their size: leave out --order-by")
    with Client(url) as client:
        if group_by is not None:
            groups = client.runs.groups(
                group_by,
                metrics=metrics or (),
                filter=filter,
                search=search,
                status=status,
                kind=kind,
                model=model,
                dataset=dataset,
                archived=archived,
                limit=limit,
                cursor=cursor,
            )
        else:
            page = client.runs.list(
                filter=filter,
                search=search,
                status=status,
                kind=kind,
                model=model,
                dataset=dataset,
                archived=archived,
                order_by=order_by,
                limit=limit,
                cursor=cursor,
            )
    found = page if group_by is None else groups
    if json:
        print_json(found)
        return
    where = for_people(json_wanted=False)
    if not found.items:
        is_narrowed = any([filter, search, status, kind, model, dataset])
        where.print(Text("No run fits." if is_narrowed else _NONE))
        return
    if group_by is None:
        where.print(runs_table(page.items, metrics=metrics or ()))
    else:
        where.print(groups_table(groups.items, by=group_by, metrics=metrics or ()))
    say_more(where, found.next_cursor)


_NONE = "No runs. Launch one: runoff run launch --help"
