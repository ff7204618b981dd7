"""Starts the sample service as a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runoff_local.ports import free_port
from runoff_testkit.waiting import wait_until
from tests.integration.runtime.sample_service import WORKING

ROOT = Path(__file__).parents[3]
SERVICE = "tests.integration.runtime.sample_service"

Start = Callable[..., "Sample"]


class Sample:
    """A running sample service."""

    def __init__(self, mode: str, log: Path, environment: dict[str, str]) -> None:
        self.port = int(environment["RUNOFF_PORT"])
        self._log = log
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "runoff_runtime.start", SERVICE, mode],
                cwd=ROOT,
                env={**os.environ, **environment},
                stderr=stderr,
            )

    def get(self, path: str) -> int:
        """Status of a page; 0 where nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def is_up(self) -> bool:
        assert self.process.poll() is None, self._log.read_text()
        return WORKING in self.log() and self.get("/health/live") == 200

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> int:
        return self.process.wait(timeout=10)

    def log(self) -> str:
        return self._log.read_text()

    def lines(self) -> list[dict[str, Any]]:
        """What it wrote; every line has to be JSON."""
        return [json.loads(line) for line in self.log().splitlines()]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start(mode, nats_url)`: starts a sample service, and waits until it is up by default."""
    started: list[Sample] = []

    def start_one(mode: str, nats_url: str, *, wait: bool = True, **environment: str) -> Sample:
        names = {"RUNOFF_NATS_URL": nats_url, "RUNOFF_PORT": str(free_port()), **environment}
        started.append(Sample(mode, tmp_path / f"{len(started)}.log", names))
        if wait:
            wait_until(started[-1].is_up, deadline_s=20, what="the sample service up")
        return started[-1]

    yield start_one
    for sample in started:
        sample.process.kill()
        sample.process.wait()
