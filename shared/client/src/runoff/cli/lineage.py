"""`runoff run lineage`: where a run comes from."""

from rich.table import Table

from runoff.cli.options import Json, Run, Url
from runoff.cli.output import for_people, print_json, safe
from runoff.cli.run_meant import run_id_of
from runoff.cli.tables import plain_table
from runoff.client import Client
from runoff_contracts.lineage import Lineage
from runoff_contracts.provenance_views import LineageView


def lineage(run: Run, url: Url = None, json: Json = False) -> None:
    """Show where a run comes from: commit, packages, machine and command of its launch."""
    with Client(url) as client:
        view = client.runs.lineage(run_id_of(client, run))
    if json:
        print_json(view)
        return
    where = for_people(json_wanted=False)
    if view.lineage is None:
        where.print("Its launch said nothing of where it comes from.")
    where.print(_table(view))


def _table(view: LineageView) -> Table:
    """One row a thing that is known."""
    table = plain_table("what", "value")
    rows = _rows(view.lineage) if view.lineage else []
    if view.server is not None:
        rows += [
            ("server", f"runoff {view.server.runoff}, {view.server.python}"),
            ("server's platform", view.server.platform),
        ]
    for name, value in rows:
        if value:
            table.add_row(safe(name), safe(value))
    return table


def _rows(said: Lineage) -> list[tuple[str, str | None]]:
    rows: list[tuple[str, str | None]] = []
    if said.git is not None:
        changed = {True: "tracked files were changed", False: "no", None: "unknown"}
        rows += [
            ("commit", said.git.commit),
            ("branch", said.git.branch),
            ("changed since", changed[said.git.dirty]),
            ("remote", said.git.remote),
        ]
    rows += [("command", said.command), ("python", said.python), ("platform", said.platform)]
    rows += [(f"seed {name}", str(seed)) for name, seed in said.seeds.items()]
    rows += [(f"file {name}", digest) for name, digest in said.files.items()]
    return [*rows, *((f"package {name}", version) for name, version in said.packages.items())]
