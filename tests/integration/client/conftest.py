"""One real stack for all tests of the client, and the command as a shell runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from runoff import Client
from runoff_testkit.live import LiveStack, live_stack

COMMAND = (sys.executable, "-c", "from runoff.cli import main; main()")
TIMEOUT_S = 120


@dataclass(frozen=True)
class Done:
    """How a call of the command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, object]:
        """Standard output, which must be one JSON object and nothing else."""
        data = json.loads(self.stdout)
        assert isinstance(data, dict)
        return data


Runoff = Callable[..., Done]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """Every service, on servers of its own, in an empty folder."""
    with live_stack(tmp_path_factory.mktemp("stack") / ".runoff") as live:
        yield live


@pytest.fixture(scope="session")
def environment(stack: LiveStack) -> Mapping[str, str]:
    """What leads the command to the stack."""
    return {**os.environ, "RUNOFF_API_URL": stack.api_url}


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that commands are typed in."""
    return tmp_path_factory.mktemp("workplace")


@pytest.fixture(scope="session")
def runoff(environment: Mapping[str, str], workplace: Path) -> Runoff:
    """The command, without a terminal."""

    def call(*arguments: str) -> Done:
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=workplace,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def client(stack: LiveStack) -> Iterator[Client]:
    """The SDK."""
    with Client(stack.api_url) as made:
        yield made


@pytest.fixture(scope="session")
def demo(runoff: Runoff) -> Done:
    """`runoff demo --exit --json`, once: what is registered and run then serves every test."""
    return runoff("demo", "--exit", "--json")


@pytest.fixture(scope="session")
def run_id(demo: Done) -> str:
    """The demo's run."""
    assert demo.code == 0, demo.stderr
    return str(demo.document["run_id"])
