"""`runoff run params`: what is said of a run in booleans, numbers and texts."""

import json as jsons
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from runoff.cli.commands import Commands
from runoff.cli.options import By, Cursor, Json, Limit, Run, Url
from runoff.cli.output import for_people, print_json, safe, say_more
from runoff.cli.run_meant import run_id_of
from runoff.cli.tables import ANSWER_LIMIT, plain_table
from runoff.client import Client
from runoff_contracts.params import ParamValue
from runoff_contracts.provenance_views import ParamsChangeView, ParamsView
from runoff_contracts.views import AcceptedView

app = Commands(
    help="Parameters of a run: booleans, numbers and texts, with their history.",
)

Pairs = Annotated[
    list[str],
    typer.Argument(
        metavar="KEY=VALUE...", help='true, false and numbers are those; "7" in quotes is a text.'
    ),
]
Names = Annotated[list[str], typer.Argument(metavar="KEY...", help="Names of parameters.")]
Version = Annotated[
    int | None,
    typer.Option(
        "--at-version",
        min=1,
        help="Refuse where they were changed since this version (as `show` says it).",
        show_default=False,
    ),
]


@app.command("show")
def show(run: Run, url: Url = None, json: Json = False) -> None:
    """Show a run's parameters and their version."""
    with Client(url) as client:
        view = client.params.show(run_id_of(client, run))
    _print(view, json=json)


@app.command("set")
def set_(
    run: Run,
    pairs: Pairs,
    at_version: Version = None,
    by: By = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Add parameters, or change them; the others stay.

    For example:

        runoff run params set last lr=0.001 augment=true note='second try'
    """
    params = read_params(pairs, "KEY=VALUE...")
    with Client(url) as client:
        done = client.params.set(run_id_of(client, run), params, params_version=at_version, by=by)
        _print(_after(client, done), json=json)


@app.command("unset")
def unset(
    run: Run,
    names: Names,
    at_version: Version = None,
    by: By = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Take parameters away; the others stay."""
    with Client(url) as client:
        done = client.params.unset(run_id_of(client, run), names, params_version=at_version, by=by)
        _print(_after(client, done), json=json)


@app.command("reset")
def reset(
    run: Run, at_version: Version = None, by: By = None, url: Url = None, json: Json = False
) -> None:
    """Put back what was there at launch."""
    with Client(url) as client:
        done = client.params.reset(run_id_of(client, run), params_version=at_version, by=by)
        _print(_after(client, done), json=json)


@app.command("copy")
def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="Id of the run to take them from, or `last`.")
    ],
    run: Annotated[str, typer.Argument(metavar="TO", help="Id of the run that gets them.")],
    at_version: Version = None,
    by: By = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Put the parameters of one run in place of all that another one has."""
    with Client(url) as client:
        template, run_id = run_id_of(client, source), run_id_of(client, run)
        done = client.params.copy(template, run_id, params_version=at_version, by=by)
        _print(_after(client, done), json=json)


@app.command("history")
def history(
    run: Run, limit: Limit = 20, cursor: Cursor = None, url: Url = None, json: Json = False
) -> None:
    """List who changed which parameters when, the newest change first."""
    with Client(url) as client:
        page = client.params.history(run_id_of(client, run), limit=limit, cursor=cursor)
    if json:
        print_json(page)
        return
    where = for_people(json_wanted=False)
    table = plain_table("version", "when", "by", "how", "what", right=["version"])
    for each in page.items:
        how = f"{each.how} from {each.template}" if each.template else each.how
        when = f"{each.changed_at.astimezone():%Y-%m-%d %H:%M:%S}"
        table.add_row(
            str(each.params_version), when, safe(each.by or "–"), safe(how), safe(_what(each))
        )
    where.print(table)
    say_more(where, page.next_cursor)


@app.command("download")
def download(
    run: Run,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to.", show_default=False)
    ],
    url: Url = None,
    json: Json = False,
) -> None:
    """Write a run's parameters to a JSON file."""
    with Client(url) as client:
        run_id = run_id_of(client, run)
        n_bytes = client.params.download(run_id, output)
    if json:
        print_json({"run_id": run_id, "file": str(output), "n_bytes": n_bytes})
        return
    for_people(json_wanted=False).print(safe(f"{output}: parameters of run {run_id}."))


def read_params(pairs: list[str] | None, hint: str) -> dict[str, ParamValue]:
    """What `KEY=VALUE` says, given any number of times; what reads as JSON is that value."""
    params: dict[str, ParamValue] = {}
    for pair in pairs or []:
        key, equals, text = pair.partition("=")
        if not key or not equals:
            raise typer.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint=hint)
        params[key] = read_value(text)
    return params


def read_value(text: str) -> ParamValue:
    """`true`, `7`, `1e-3`, `"7"` as JSON has them; everything else is the text itself."""
    try:
        # NaN and Infinity are words of Python's reader, and no JSON.
        value = jsons.loads(text, parse_constant=str)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float | str) else text


def params_table(view: ParamsView) -> Table:
    """One row a parameter, by name; a text in quotes where it could be taken for a value."""
    table = plain_table("parameter", "value")
    for name, value in sorted(view.params.items()):
        table.add_row(safe(name), safe(shown(value), limit=10 * ANSWER_LIMIT))
    return table


def shown(value: ParamValue) -> str:
    """A value as `set` would read it back."""
    if isinstance(value, str) and read_value(value) == value and value == value.strip():
        return value
    return jsons.dumps(value, ensure_ascii=False)


def _what(change: ParamsChangeView) -> str:
    parts = [
        f"{name}={shown(value)}"
        + (f" (was {shown(change.before[name])})" if name in change.before else "")
        for name, value in change.set.items()
    ]
    return ", ".join([*parts, *(f"no {name}" for name in change.unset)]) or "nothing"


def _after(client: Client, done: AcceptedView) -> ParamsView:
    return client.params.show(done.id, after=done.seq)


def _print(view: ParamsView, *, json: bool) -> None:
    if json:
        print_json(view)
        return
    where = for_people(json_wanted=False)
    where.print(safe(f"Run {view.run_id}, parameters of version {view.params_version}"))
    where.print(params_table(view) if view.params else "none")
