"""The first command that anyone types: it starts a stack of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from runoff.local import find_stack
from tests.e2e.using import run_demo, tells_apart

COMMAND = (sys.executable, "-m", "runoff", "demo", "--task", "text")
TIMEOUT_S = 120


@pytest.mark.timeout(200)
def test_the_demo_ends_by_itself_and_leaves_nothing_running(tmp_path: Path) -> None:
    """`make demo ARGS="--exit --json"`, on a stack of its own: one document, nothing else."""
    document = run_demo(tmp_path, "--task", "text")

    assert set(document) == {"run_id", "comparison"}
    tells_apart(document)
    assert find_stack(tmp_path / ".runoff") is None


def test_a_demo_with_a_stack_of_its_own_stays_up_until_ctrl_c(tmp_path: Path) -> None:
    """Another terminal can look at it meanwhile; nothing is left running behind it."""
    environment = {name: value for name, value in os.environ.items() if name != "RUNOFF_API_URL"}
    with subprocess.Popen(
        COMMAND, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("The stack stays up"):
                break
        url = find_stack(tmp_path / ".runoff")
        ready = httpx.get(f"{url}/api/health/ready").status_code
        addresses = {line.strip() for line in lines if line.lstrip().startswith("http://")}
        pages = {httpx.get(each).headers["content-type"].partition(";")[0] for each in addresses}
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=TIMEOUT_S)
        finally:
            process.kill()

    assert ready == 200, lines
    assert {urlsplit(each).path.split("/")[1] for each in addresses} == {"comparisons", "runs"}
    assert pages == {"text/html"}, addresses
    assert process.returncode == 0
    assert find_stack(tmp_path / ".runoff") is None
