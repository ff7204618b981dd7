"""Which server is meant when nobody, somebody, or everybody says so."""

import json
from pathlib import Path

import pytest

from runoff.address import DEFAULT_URL, resolve


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNOFF_API_URL", raising=False)


def test_an_address_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was typed last was meant."""
    monkeypatch.setenv("RUNOFF_API_URL", "http://elsewhere:1")

    assert resolve("http://here:2").url == "http://here:2"
    assert resolve().url == "http://elsewhere:1"


@pytest.mark.parametrize(
    "typed", ["here:2", "http://here:2/", "http://here:2/api", "http://here:2/api/"]
)
def test_an_address_may_be_typed_in_several_ways(typed: str) -> None:
    """People paste what the browser shows."""
    assert resolve(typed).url == "http://here:2"


def test_without_anything_it_is_the_default_address(tmp_path: Path) -> None:
    """The port that `runoff up` takes when it is free."""
    assert resolve(folder=tmp_path).url == DEFAULT_URL


def test_a_stack_that_ended_is_not_used(tmp_path: Path) -> None:
    """Its file may be left behind by a kill -9, and its port be another's by now."""
    (tmp_path / ".runoff").mkdir()
    stale = {"pid": 2**22 + 1, "api_url": "http://127.0.0.1:1"}
    (tmp_path / ".runoff" / "stack.json").write_text(json.dumps(stale))

    assert resolve(folder=tmp_path).url == DEFAULT_URL
