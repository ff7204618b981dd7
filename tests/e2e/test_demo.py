"""The demo of every task."""

from pathlib import Path

import pytest

from runoff_testkit.live import LiveStack
from tests.e2e.using import run_demo, tells_apart


@pytest.mark.timeout(240)
@pytest.mark.parametrize("task", ["detection", "coordinates"])
def test_each_task_has_a_demo_with_a_verdict(stack: LiveStack, tmp_path: Path, task: str) -> None:
    """Two models of different quality, told apart; digits are in the tests of the client."""
    tells_apart(run_demo(tmp_path, "--task", task, "--url", stack.api_url))
