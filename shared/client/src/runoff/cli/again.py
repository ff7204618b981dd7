"""`runoff run rerun` and `runoff run vary`: ask entries again, as v2, v3 …"""

import time
from typing import Annotated, Literal

import typer
from rich.table import Table
from rich.text import Text

from runoff.cli.options import Json, Run, Url
from runoff.cli.output import fail, for_people, print_json, safe
from runoff.cli.run_meant import run_id_of
from runoff.cli.tables import answer, plain_table
from runoff.client import Client
from runoff_contracts.views import AnswerVersionView, AskedAgainView, EntryView, RunView

_POLL_S = 0.3

Entry = Annotated[str, typer.Argument(metavar="ENTRY", help="Id of an entry of the run.")]
Contenders = Annotated[
    list[int] | None,
    typer.Option(
        "--contender",
        help="Position of a model that is to answer; give it again for others. Default: all.",
        show_default=False,
    ),
]
Wait = Annotated[
    float,
    typer.Option("--wait", min=0, help="Seconds to wait for the answers; 0 does not wait."),
]


def rerun(
    run: Run,
    entries: Annotated[
        list[str], typer.Argument(metavar="ENTRY...", help="Ids of entries of the run.")
    ],
    contender: Contenders = None,
    wait: Wait = 60.0,
    url: Url = None,
    json: Json = False,
) -> None:
    """Ask entries once more, to see how steady the answers are.

    The new answers stand beside the run's own as v2, v3 …; the run's scores stay as they are.
    For example:

        runoff run rerun last img-0007 img-0012
    """
    with Client(url) as client:
        view = client.runs.show(run_id_of(client, run))
        asked = client.versions.rerun(view.run_id, entries, contenders=contender)
        _report(client, view, asked, wait_s=wait, json=json)


def vary(
    run: Run,
    entry: Entry,
    mode: Annotated[
        Literal["lexical", "semantic"],
        typer.Option("--mode", help="lexical: same words, another meaning. semantic: paraphrase."),
    ] = "semantic",
    contender: Contenders = None,
    seed_contender: Annotated[
        int, typer.Option("--from", min=0, help="Position of the model whose answer to start from.")
    ] = 0,
    seed_version: Annotated[
        int, typer.Option("--from-version", min=1, help="Which version of that answer.")
    ] = 1,
    seed_text: Annotated[
        str | None,
        typer.Option("--seed", help="Start from this text instead.", show_default=False),
    ] = None,
    wait: Wait = 60.0,
    url: Url = None,
    json: Json = False,
) -> None:
    """Ask for another answer that starts from a given one.

    For example:

        runoff run vary last q-17 --mode semantic --contender 1
    """
    with Client(url) as client:
        view = client.runs.show(run_id_of(client, run))
        asked = client.versions.vary(
            view.run_id,
            entry,
            mode=mode,
            contenders=contender,
            seed_contender=seed_contender,
            seed_version=seed_version,
            seed_text=seed_text,
        )
        _report(client, view, asked, wait_s=wait, json=json)


def _report(
    client: Client, run: RunView, asked: AskedAgainView, *, wait_s: float, json: bool
) -> None:
    if not wait_s:
        if json:
            print_json(asked)
        else:
            named = ", ".join(f"{entry} v{number}" for entry, number in asked.versions.items())
            for_people(json_wanted=False).print(safe(f"Asked again: {named}"))
        return
    entries = [_answered(client, run, asked, each, wait_s=wait_s) for each in asked.versions]
    if json:
        print_json([each.model_dump(mode="json") for each in entries])
        return
    where = for_people(json_wanted=False)
    for each in entries:
        where.print(safe(each.entry_id))
        where.print(versions_table(run, each))


def _answered(
    client: Client, run: RunView, asked: AskedAgainView, entry_id: str, *, wait_s: float
) -> EntryView:
    """The entry once its new version is there."""
    until_s = time.monotonic() + wait_s
    while True:
        entry = client.versions.entry(run.run_id, entry_id, after=asked.seq)
        wanted = asked.versions[entry_id]
        if any(each.answer_version == wanted and each.answered_at for each in entry.versions):
            return entry
        if time.monotonic() > until_s:
            fail(
                f"{entry_id} v{wanted} is not answered after {wait_s:g} s. It is still under way; "
                f"look later: runoff run entry {run.run_id} {entry_id}"
            )
        time.sleep(_POLL_S)


def versions_table(run: RunView, entry: EntryView) -> Table:
    """One row a version of an entry's answers, the run's own first."""
    table = plain_table("version", "how", "from", *(each.model for each in run.contenders))
    by_position = {each.contender: each for each in entry.predictions}
    table.add_row(
        "v1", "the run", "", *(answer(by_position[each.position], right=None)
                                for each in run.contenders)
    )  # fmt: skip
    for version in entry.versions:
        table.add_row(
            f"v{version.answer_version}",
            version.mode,
            f"v{version.parent}",
            *_cells(run, version),
        )
    return table


def _cells(run: RunView, version: AnswerVersionView) -> list[Text | str]:
    by_position = {each.contender: each for each in version.predictions}
    return [
        answer(by_position[each.position], right=None) if each.position in by_position else "–"
        for each in run.contenders
    ]
