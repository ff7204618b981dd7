"""What starts a process, and what it leaves out."""

import json
import subprocess
import sys

import pytest

from runoff_runtime.without import without

PROCESSES = (
    "runoff_run_manager",
    "runoff_inference_worker",
    "runoff_scoring",
    "runoff_query",
    "runoff_query.projector",
    "runoff_query.bootstrap",
    "runoff_web",
    "runoff_local",
)
NOW_AND_THEN = {
    "aiohttp",
    "anthropic",
    "google.genai",
    "openai",
    "opentelemetry.sdk",
    "playwright",
    "pyarrow",
    "pydantic_ai",
    "rich",
    "scipy.optimize",
    "scipy.stats",
    "sklearn",
}
IMPORT_ALL = """
import json, sys
from runoff_runtime.start import imported

for name in sys.argv[1:]:
    imported(name)
print(json.dumps(sorted(sys.modules)))
"""


def test_no_process_starts_with_what_it_needs_now_and_then() -> None:
    """Each of these takes longer than the rest of a small service; a stack is nine processes."""
    command = [sys.executable, "-c", IMPORT_ALL, *PROCESSES]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)

    names = set(json.loads(done.stdout))
    assert names >= {"runoff_query.api.app", "runoff_scoring.consumer", "runoff_web.app"}
    assert names & NOW_AND_THEN == set()


def test_a_container_asks_for_its_health_with_next_to_nothing() -> None:
    """Six containers ask every five seconds: with the settings it took a good part of a core."""
    look = "import runoff_runtime.health, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    names = set(done.stdout.split())
    assert "runoff_runtime.health" in names
    assert names & {"http.client", "pydantic", "pydantic_settings", "ssl"} == set()


def test_what_was_left_out_is_found_by_whoever_imports_it_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A language model's client wants aiohttp, long after nats-py did without it."""
    monkeypatch.delitem(sys.modules, "this", raising=False)

    with without("this", "json"):
        with pytest.raises(ModuleNotFoundError):
            __import__("this")
        assert __import__("json") is json, "what is imported already stays"

    assert "this" not in sys.modules
