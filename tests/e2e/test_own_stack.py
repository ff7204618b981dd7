"""The pytest plugin where no server answers."""

from __future__ import annotations

import json
import os
import string
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import ENV
from tests.e2e.using import MODULE

CLOSED = "http://127.0.0.1:9"
TESTS = """
def test_the_first_letter_is_better(runoff):
    runoff.client.datasets.add("texts.jsonl", name="texts", task="classification")
    models = ["{module}:last_letter", "{module}:first_letter"]
    result = runoff.evaluate(dataset="texts", models=models)
    result.assert_better()
"""


def test_the_plugin_starts_a_stack_and_stops_it(tmp_path: Path) -> None:
    """With nothing but the client installed and a folder; without leave to start one it fails."""
    letters = string.ascii_lowercase
    rows = [{"id": each, "text": f"{each} text z", "target": each} for each in letters]
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "test_models.py").write_text(TESTS.format(module=MODULE))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--runoff-url", CLOSED]

    def run(*options: str) -> str:
        return subprocess.run(
            [*command, *options],
            cwd=tmp_path,
            env={**os.environ, **ENV},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        ).stdout

    refused, done = run(), run("--runoff-start", "--runoff-folder", str(tmp_path / "data"))

    assert "1 error" in refused, refused
    assert CLOSED in refused
    assert "1 passed" in done, done
    assert not (tmp_path / "data" / "stack.json").exists()
