"""Registers entries and times runs from the POST to the moment that the API serves every score."""

import string
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runoff import Client
from runoff_contracts.views import RunView
from runoff_testkit.live import LiveStack, live_stack

ROOT = Path(__file__).resolve().parents[2]
MODULE = "tests.load.functions"


@dataclass(frozen=True)
class Timed:
    """A finished run and how long it took."""

    run: RunView
    seconds: float
    launched_seq: int
    """Of its launch in the log."""

    @property
    def entries_per_s(self) -> float:
        """Entries by seconds."""
        return self.run.n_entries / self.seconds


@contextmanager
def bench_stack(*, workers: int = 1, pages: bool = False) -> Iterator[LiveStack]:
    """A stack in a temporary folder whose workers may call the functions of the benches."""
    env = {
        "PYTHONPATH": str(ROOT),
        "RUNOFF_PYTHON_MODULES": MODULE,
        "RUNOFF_LOG_LEVEL": "warning",
    }
    with (
        tempfile.TemporaryDirectory(prefix="runoff-bench-") as folder,
        live_stack(Path(folder) / "stack", workers=workers, env=env, pages=pages) as stack,
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
    """Launch a run and wait until every score is served.

    By its events: to ask over and over takes from the processors that are measured.
    """
    asked = {"dataset": dataset, "models": models, "config": config}
    started = time.perf_counter()
    launched = stack.http.post("/api/runs", json=asked).raise_for_status().json()
    run_id = launched["id"]
    completed_seq = _seq_of(stack, "run.completed", run_id, after=launched["seq"])
    served = stack.http.get(f"/api/runs/{run_id}", params={"after": completed_seq})
    run = RunView.model_validate(served.raise_for_status().json())
    assert run.status.settled
    assert run.n_scored == run.n_entries
    return Timed(run, time.perf_counter() - started, launched["seq"])


def until_reported(stack: LiveStack, timed: Timed) -> None:
    """Wait until the report and the comparison of a run are stored: then the stack rests."""
    run = timed.run
    last = "comparison.computed" if len(run.contenders) > 1 else "scorecards.stored"
    seq = _seq_of(stack, last, run.run_id, after=timed.launched_seq)
    stack.http.get(f"/api/runs/{run.run_id}", params={"after": seq}).raise_for_status()


def _seq_of(stack: LiveStack, type_: str, run_id: str, *, after: int) -> int:
    """Where the first event of a type stands in the log; waits for it."""
    with Client(stack.api_url) as client:
        return next(client.events.follow(after=after, type=type_, run=run_id)).seq
