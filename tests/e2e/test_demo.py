"""What a newcomer types, and what they read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runoff_local.stack import find


@pytest.mark.timeout(200)
def test_the_demo_prints_one_document_and_leaves_nothing_running(tmp_path: Path) -> None:
    """`make demo ARGS="--exit --json"`: machine-readable on standard output, nothing else there."""
    first, second = (_demo(tmp_path) for _ in range(2))

    comparison = first["comparison"]
    assert set(first) == {"run_id", "comparison"}
    assert set(comparison) == {"digest", "scores_digest", "contenders", "pairs"}
    assert [set(each) for each in comparison["contenders"]] == [
        {"model", "n", "accuracy", "interval"}
    ] * 2
    assert set(comparison["pairs"][0]) == {
        *("a", "b", "difference", "interval", "p_value", "test", "n_both", "n_disagree")
    }
    assert all(0.8 < each["accuracy"] <= 1 for each in comparison["contenders"])
    assert second["comparison"]["scores_digest"] == comparison["scores_digest"]
    assert second["run_id"] != first["run_id"]
    assert find(tmp_path / ".runoff") is None


@pytest.mark.timeout(240)
@pytest.mark.parametrize("task", ["detection", "coordinates", "text"])
def test_each_task_has_a_demo_with_a_verdict(tmp_path: Path, task: str) -> None:
    """Two models of different quality, told apart."""
    comparison = _demo(tmp_path, "--task", task)["comparison"]

    (pair,) = comparison["pairs"]
    assert pair["p_value"] < 0.05
    assert all(each["n"] > 50 for each in comparison["contenders"])


def _demo(folder: Path, *options: str) -> dict[str, dict[str, list[dict[str, float]]]]:
    command = [sys.executable, "-m", "runoff", "demo", "--exit", "--json", *options]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))
