"""Finding runs with the SDK, and what the command shows of them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import httpx
from rich.console import Console

from runoff.address import Address
from runoff.cli.listing_tables import groups_table, runs_table
from runoff.runs import Runs
from runoff.transport import Transport
from runoff_contracts.ids import new_run_id
from runoff_contracts.views import ContenderView, GroupMetric, GroupView, Page, RunView
from tests.unit.client.test_tables import a_run

NOW = datetime.now(UTC)


class Server:
    """Answers three parts of one run each, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.QueryParams] = []
        self.runs = [a_run().model_copy(update={"run_id": f"r{n}"}) for n in range(3)]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.params)
        place = int(request.url.params.get("cursor") or 0)
        following = str(place + 1) if place < 2 else None
        page = Page[RunView](items=[self.runs[place]], next_cursor=following)
        return httpx.Response(200, text=page.model_dump_json())


def test_runs_are_iterated_over_all_parts_with_the_same_question() -> None:
    """Several keys and statuses go as the API takes them."""
    server = Server()
    runs = Runs(Transport(Address("http://test", "as given"), wire=httpx.MockTransport(server)))

    found = runs.iterate(
        filter="metrics.accuracy > 0.9",
        order_by=["metrics.accuracy desc", "alias"],
        status=["completed", "failed"],
        search="nightly",
        part=1,
    )

    assert [run.run_id for run in found] == ["r0", "r1", "r2"]
    for params in server.asked:
        assert params["filter"] == "metrics.accuracy > 0.9"
        assert params["order_by"] == "metrics.accuracy desc, alias"
        assert params.get_list("status") == ["completed", "failed"]
        assert "kind" not in params
    assert [params.get("cursor") for params in server.asked] == [None, "1", "2"]


def lines(table: object) -> list[str]:
    where = Console(file=io.StringIO(), width=80)
    where.print(table)
    assert isinstance(where.file, io.StringIO)
    return where.file.getvalue().splitlines()


def test_a_table_of_runs_fits_80_columns_with_ids_that_can_be_copied() -> None:
    """However long names are, and with columns of metrics."""
    contenders = [
        ContenderView.model_validate(
            {
                **a_run().contenders[0].model_dump(),
                "model": f"openrouter/some-vendor/a-rather-long-name-{n}",
                "metrics": {"macro_f1": 0.51234 + n},
            }
        )
        for n in range(2)
    ]
    run_id = new_run_id()
    run = a_run().model_copy(
        update={
            "run_id": run_id,
            "alias": "nightly",
            "dataset": "street-signs-of-the-north",
            "contenders": contenders,
            "n_entries": 100_000,
            "created_at": NOW - timedelta(days=3),
        }
    )

    shown = lines(runs_table([run], metrics=["macro_f1"]))

    assert all(len(line) <= 80 for line in shown)
    assert any(run_id[:13] in line for line in shown)
    assert any("3 d ago" in line for line in shown)
    text = "".join(shown)
    assert "0.5123" in text
    assert "1.512" in text


def test_a_table_of_groups_has_means_with_intervals() -> None:
    """A group without a name, a metric without an interval, and one that nobody has."""
    metric = GroupMetric(
        n_runs=7, mean=0.913, interval=(0.905, 0.9212), reason=None, lowest=0.8, highest=1
    )
    alone = metric.model_copy(update={"interval": None, "reason": "one value"})
    groups = [
        GroupView(key="vi\x1bsion", n_runs=7, newest_at=NOW, metrics={"accuracy": metric}),
        GroupView(key=None, n_runs=1, newest_at=NOW, metrics={"accuracy": alone}),
    ]

    shown = lines(groups_table(groups, by="label:team", metrics=["accuracy", "cost_usd"]))

    assert all(len(line) <= 80 for line in shown)
    text = "\n".join(shown)
    assert "team" in shown[0] + shown[1]
    assert "0.913 (0.905 to 0.9212)" in text
    assert "vi\\x1bsion" in text
    assert text.count("–") >= 3
