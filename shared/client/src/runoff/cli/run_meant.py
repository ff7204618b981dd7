"""Which run a person means."""

from runoff.cli.output import fail
from runoff.client import Client

LAST = "last"


def run_id_of(client: Client, run: str) -> str:
    """The id that is meant: of the newest run for `last`."""
    if run != LAST:
        return run
    newest = client.runs.newest()
    return newest.run_id if newest else fail("There is no run yet. Launch one: runoff run launch")
