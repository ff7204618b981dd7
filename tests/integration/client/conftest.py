"""One real stack for all tests of the client, and the command that is led to it."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runoff import Client
from runoff_testkit.live import LiveStack, StackMaker
from tests.unit.client.calling import Done, Runoff, command_in

COMMAND = (sys.executable, "-c", "from runoff.cli import main; main()")
"""As a process of its own, for what is about processes."""
TIMEOUT_S = 120


@pytest.fixture(scope="package")
def stack(stack_maker: StackMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """Every service, on servers of its own, in an empty folder."""
    with stack_maker(tmp_path_factory.mktemp("stack") / ".runoff") as live:
        yield live


@pytest.fixture(scope="package")
def environment(stack: LiveStack) -> Mapping[str, str]:
    """What leads the command to the stack."""
    return {"RUNOFF_API_URL": stack.api_url}


@pytest.fixture(scope="package")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that commands are typed in."""
    return tmp_path_factory.mktemp("workplace")


@pytest.fixture(scope="package")
def runoff(environment: Mapping[str, str], workplace: Path) -> Runoff:
    """The command, without a terminal."""
    return command_in(workplace, environment)


@pytest.fixture(scope="package")
def client(stack: LiveStack) -> Iterator[Client]:
    """The SDK."""
    with Client(stack.api_url) as made:
        yield made


@pytest.fixture(scope="package")
def demo(runoff: Runoff) -> Done:
    """`runoff demo --exit --json`, once: what is registered and run then serves every test."""
    return runoff("demo", "--exit", "--json")


@pytest.fixture(scope="package")
def run_id(demo: Done) -> str:
    """The demo's run."""
    assert demo.code == 0, demo.stderr
    return str(demo.document["run_id"])
