"""`runoff compare`: which model of a run is better, and how sure that is."""

from runoff.cli.following import comparison_of
from runoff.cli.options import Json, Run, Url
from runoff.cli.output import for_people, print_json
from runoff.cli.run_meant import run_id_of
from runoff.cli.verdict import most_disputed, print_comparison
from runoff.client import Client


def compare(run: Run, url: Url = None, json: Json = False) -> None:
    """Say which model of a run is better, and how sure that is.

    The verdict in words; accuracy of each model with its 95 % interval; of each pair the
    difference on the entries that both answered, its interval, and a test; the entries that the
    models disagree on most. All numbers come from one document that the server computed once.

    For example:

        runoff compare last
    """
    where = for_people(json_wanted=json)
    with Client(url) as client:
        view = comparison_of(client, run_id_of(client, run))
        if json:
            print_json(view)
            return
        print_comparison(view, most_disputed(client, view.document), where)
