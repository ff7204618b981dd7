"""What is done with several runs at once: archive, restore, delete."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from runoff.cli.options import Json, Url
from runoff.cli.output import fail, for_people, print_json
from runoff.cli.run_meant import run_id_of
from runoff.client import Client
from runoff_contracts.views import BulkView

RunIds = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN",
        help="Ids of runs (as lists show them), or `last`.",
        show_default=False,
    ),
]


def archive(runs: RunIds, url: Url = None, json: Json = False) -> None:
    """Leave runs out of lists; `runoff run list --archived yes` shows them, `restore` undoes it.

    A run that is under way goes on.
    """
    _each(runs, "archived", lambda client, ids: client.runs.archive(*ids), url=url, json=json)


def restore(runs: RunIds, url: Url = None, json: Json = False) -> None:
    """Put archived runs back into every list."""
    _each(runs, "restored", lambda client, ids: client.runs.restore(*ids), url=url, json=json)


def delete(
    runs: RunIds,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Url = None,
    json: Json = False,
) -> None:
    """Take settled runs out of every view, for good. The log keeps what happened."""
    _each(
        runs,
        "deleted",
        lambda client, ids: client.runs.delete_all(*ids),
        url=url,
        json=json,
        confirm=not yes,
    )


def _each(
    runs: list[str],
    done: str,
    carry_out: Callable[[Client, list[str]], BulkView],
    *,
    url: str | None,
    json: bool,
    confirm: bool = False,
) -> None:
    """Ends with 1 where any of them could not be done."""
    with Client(url) as client:
        ids = list(dict.fromkeys(run_id_of(client, each) for each in runs))
        if confirm:
            _ask(ids)
        told = carry_out(client, ids)
        # The next command is to see it.
        client.runs.list(limit=1, after=told.seq)
    if json:
        print_json(told)
    else:
        for run_id in told.done:
            for_people(json_wanted=False).print(f"Run {run_id} {done}.")
    if told.refused:
        lines = []
        for each in told.refused:
            hint = f" ({each.problem.detail})" if each.problem.detail else ""
            lines.append(f"{each.problem.title}{hint}")
        fail("\n".join(lines))


def _ask(ids: list[str]) -> None:
    what = f"run {ids[0]}" if len(ids) == 1 else f"{len(ids)} runs"
    if not sys.stdin.isatty():
        fail(f"Nobody is here to confirm that {what} may be deleted: add --yes.")
    typer.confirm(f"Delete {what}? It cannot be undone.", abort=True, err=True)
