"""Registers entries and times runs from the POST to the moment that the API serves every score."""

import string
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runoff_contracts.views import RunView
from runoff_testkit.live import LiveStack, live_stack

ROOT = Path(__file__).resolve().parents[2]
MODULE = "tests.load.functions"
_POLL_S = 0.02
_LIMIT_S = 300.0


@dataclass(frozen=True)
class Timed:
    """A finished run and how long it took."""

    run: RunView
    seconds: float

    @property
    def entries_per_s(self) -> float:
        """Entries by seconds."""
        return self.run.n_entries / self.seconds


@contextmanager
def bench_stack(*, workers: int = 1) -> Iterator[LiveStack]:
    """A stack in a temporary folder whose workers may call the functions of the benches."""
    env = {
        "PYTHONPATH": str(ROOT),
        "RUNOFF_PYTHON_MODULES": MODULE,
        "RUNOFF_LOG_LEVEL": "warning",
    }
    with (
        tempfile.TemporaryDirectory(prefix="runoff-bench-") as folder,
        live_stack(Path(folder) / "stack", workers=workers, env=env) as stack,
    ):
        yield stack


def register_texts(stack: LiveStack, *, n: int) -> str:
    """A dataset of n short texts whose target is their first letter; answers its name."""
    name = f"texts-{n}"
    letters = string.ascii_lowercase
    rows = (
        f'{{"id":"text-{i:07}","text":"{letters[i % 26]} small text, number {i} '
        f'{letters[i % 7]}","target":"{letters[i % 26]}","section":"s{i % 5}"}}\n'
        for i in range(n)
    )
    answer = stack.http.post(
        "/api/datasets",
        params={"name": name, "task": "classification"},
        content="".join(rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    answer.raise_for_status()
    return name


def timed_run(stack: LiveStack, *, dataset: str, models: list[str], **config: Any) -> Timed:
    """Launch a run and wait until every score is served."""
    asked = {"dataset": dataset, "models": models, "config": config}
    started = time.perf_counter()
    answer = stack.http.post("/api/runs", json=asked)
    answer.raise_for_status()
    run_id, seq = answer.json()["id"], answer.json()["seq"]
    while time.perf_counter() - started < _LIMIT_S:
        served = stack.http.get(f"/api/runs/{run_id}", params={"after": seq})
        run = RunView.model_validate(served.raise_for_status().json())
        if run.status.settled and run.n_scored == run.n_entries:
            return Timed(run, time.perf_counter() - started)
        time.sleep(_POLL_S)
    raise TimeoutError(f"run {run_id} did not settle within {_LIMIT_S:g} s")


def until_reported(stack: LiveStack, run: RunView) -> None:
    """Wait until the report and the comparison of a run are stored: then the stack rests."""
    deadline = time.perf_counter() + _LIMIT_S
    while time.perf_counter() < deadline:
        served = stack.http.get(f"/api/runs/{run.run_id}")
        view = RunView.model_validate(served.raise_for_status().json())
        if view.report_digest and (view.comparison_digest or len(view.contenders) < 2):
            return
        time.sleep(_POLL_S)
    raise TimeoutError(f"run {run.run_id} was not reported within {_LIMIT_S:g} s")
