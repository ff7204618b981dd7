"""`python -m runoff_local` and its options."""

from __future__ import annotations

from pathlib import Path

import pytest

from runoff_local.__main__ import main
from runoff_local.services import RUNOFF, Surroundings, launches
from runoff_local.settings import StackOptions

AROUND = Surroundings(
    nats_url="nats://n", postgres_dsn="postgresql://p", object_store=Path("/o"), mark="m"
)
API, PAGES = "http://127.0.0.1:20000", "http://127.0.0.1:20003"


def test_the_help_documents_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts decide by them."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    assert ended.value.code == 0
    assert "3  the log guard refuses this log" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--workers", "0"], ["--workers", "many"], ["--no"]])
def test_wrong_usage_ends_with_code_2(arguments: list[str]) -> None:
    """And starts nothing."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2


def test_addresses_come_from_the_environment_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable counts as none, as shells and compose files leave them behind."""
    monkeypatch.setenv("RUNOFF_NATS_URL", "nats://theirs")
    monkeypatch.setenv("RUNOFF_POSTGRES_DSN", "")

    assert StackOptions().nats_url == "nats://theirs"
    assert StackOptions().postgres_dsn is None
    assert StackOptions(nats_url=None).nats_url is None


def test_each_worker_has_a_name_and_a_port_of_its_own() -> None:
    """The name is what a dead worker's items are found by."""
    worker = next(service for service in RUNOFF.services if service.is_worker)
    names = worker.names(n_workers=2)
    ports = dict(zip(names, (20_001, 20_002), strict=True))
    first, second = launches(worker, AROUND, ports=ports, n_workers=2, api_url=API, web_url=None)

    assert names == ("inference-worker-1", "inference-worker-2")
    assert (first.env["RUNOFF_WORKER_NAME"], first.env["RUNOFF_PORT"]) == (names[0], "20001")
    assert (second.env["RUNOFF_WORKER_NAME"], second.env["RUNOFF_PORT"]) == (names[1], "20002")


def test_the_api_is_told_where_the_pages_are() -> None:
    """Commands ask it for the address that they name to people; without pages there is none."""
    for pages in (PAGES, None):
        (query,) = launches(
            RUNOFF.api, AROUND, ports={"query": 20_000}, n_workers=1, api_url=API, web_url=pages
        )
        assert query.env.get("RUNOFF_WEB_URL") == pages


def test_the_stack_has_one_api() -> None:
    """Its port is the one that people are told."""
    assert [service.name for service in RUNOFF.services if service.is_api] == ["query"]


def test_the_pages_are_told_where_the_api_is_and_can_be_left_out() -> None:
    """They know of no other server: whatever they show they asked the API for."""
    assert RUNOFF.web is not None
    (web,) = launches(
        RUNOFF.web, AROUND, ports={"web": 20_003}, n_workers=1, api_url=API, web_url=PAGES
    )

    assert web.env["RUNOFF_API_URL"] == API
    assert "RUNOFF_POSTGRES_DSN" not in web.env
    assert RUNOFF.without_web().web is None
