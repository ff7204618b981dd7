"""The project's own compose file, for real; where no Docker engine answers, it says so."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runoff_testkit.live import LiveStack
from runoff_testkit.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "runoff-e2e"


def _compose() -> list[str]:
    """`docker compose`, or `docker-compose` where that is what there is."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    return ["docker", "compose"] if plugin.returncode == 0 else ["docker-compose"]


def _engine_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def composed() -> Iterator[str]:
    """The API's address of the composed stack, healthy."""
    if not _engine_answers():
        pytest.skip("no Docker engine answers here: the compose file was not tried")
    with socket.socket() as api, socket.socket() as web:
        for probe in (api, web):
            probe.bind(("127.0.0.1", 0))
        port, web_port = api.getsockname()[1], web.getsockname()[1]
    env = {**os.environ, "RUNOFF_API_PORT": str(port), "RUNOFF_WEB_PORT": str(web_port)}
    compose = [*_compose(), "-p", PROJECT, "-f", str(ROOT / "compose.yaml")]
    try:
        subprocess.run([*compose, "up", "-d", "--build"], check=True, env=env, cwd=ROOT)
        wait_until(lambda: _unhealthy(compose, env) == [], deadline_s=180)
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run([*compose, "logs", "--tail", "20"], check=False, env=env, cwd=ROOT)
        subprocess.run([*compose, "down", "-v"], check=True, env=env, cwd=ROOT)


@pytest.mark.timeout(1200)
def test_the_demo_runs_through_containers_with_the_same_scores(
    composed: str, stack: LiveStack, tmp_path: Path
) -> None:
    """Containers and local processes answer and score alike, to the digest."""
    in_containers = _demo(composed, tmp_path)
    local = _demo(stack.api_url, tmp_path)

    assert in_containers["comparison"]["scores_digest"] == local["comparison"]["scores_digest"]
    assert in_containers["comparison"]["pairs"] == local["comparison"]["pairs"]


def _unhealthy(compose: list[str], env: dict[str, str]) -> list[str]:
    """Containers that are not healthy; those without a health check must be up."""
    listed = subprocess.run(
        [*compose, "ps", "-q"], check=True, env=env, cwd=ROOT, capture_output=True, text=True
    )
    template = "{{.Name}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}"
    states = subprocess.run(
        ["docker", "inspect", "-f", template, *listed.stdout.split()],
        check=True,
        capture_output=True,
        text=True,
    )
    fine = (" running healthy", " running", " exited")
    return [line for line in states.stdout.splitlines() if not line.rstrip().endswith(fine)]


def _demo(url: str, folder: Path) -> dict[str, dict[str, object]]:
    command = [sys.executable, "-m", "runoff", "demo", "--exit", "--json", "--url", url]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))
