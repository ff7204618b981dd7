"""Steps that the end-to-end tests share."""

import asyncio
import json
import string
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
import nats

from runoff_contracts import subjects
from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.views import RunView
from runoff_eventlog.log import EventLog
from runoff_local.ports import free_port
from runoff_local.services import RUNOFF, Surroundings, launches
from runoff_testkit.live import LiveStack
from runoff_testkit.waiting import wait_until
from tests.e2e.conftest import ENV

MODULE = "python/tests.e2e.functions"
Document = dict[str, dict[str, list[dict[str, float]]]]
T = TypeVar("T")


@contextmanager
def in_thread(server: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """A server of the event loop beside tests that have none."""
    started, stop = threading.Event(), asyncio.Event()
    made: list[T] = []
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        async with server() as value:
            made.append(value)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield made[0]
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(30)


def register_texts(stack: LiveStack, *, name: str, n: int) -> None:
    """A dataset of n texts; the target is the first letter of each."""
    letters = string.ascii_lowercase
    rows = [
        f'{{"id":"text-{i:05}","text":"{letters[i % 26]} text {i} {letters[i % 25]}",'
        f'"target":"{letters[i % 26]}","split":"{"test" if i % 4 else "train"}"}}\n'
        for i in range(n)
    ]
    answer = stack.http.post(
        "/api/datasets",
        params={"name": name, "task": "classification"},
        content="".join(rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.is_success, answer.text


def launch(stack: LiveStack, *, dataset: str, models: list[str], **body: Any) -> str:
    """Launch a run; its id."""
    asked = {"dataset": dataset, "models": [f"{MODULE}:{each}" for each in models], **body}
    answer = stack.http.post("/api/runs", json=asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def read_run(stack: LiveStack, run_id: str) -> RunView | None:
    """The run; none while the API does not answer."""
    try:
        answer = stack.http.get(f"/api/runs/{run_id}")
    except httpx.TransportError:
        return None
    return RunView.model_validate(answer.json()) if answer.is_success else None


def wait_settled(stack: LiveStack, run_id: str, *, deadline_s: float = 120) -> RunView:
    """Wait until the run is settled and its comparison is there."""
    found: list[RunView] = []

    def settled() -> bool:
        run = read_run(stack, run_id)
        if run is None or not run.status.settled:
            return False
        if run.status == "completed" and len(run.contenders) > 1 and not run.comparison_digest:
            return False
        found.append(run)
        return True

    wait_until(settled, deadline_s=deadline_s)
    return found[-1]


def scores_digest(stack: LiveStack, run_id: str) -> str:
    """Of the run's comparison document."""
    answer = stack.http.get(f"/api/runs/{run_id}/comparison")
    assert answer.is_success, answer.text
    return str(answer.json()["document"]["scores_digest"])


def facts_by_index(stack: LiveStack, run_id: str) -> Counter[int]:
    """How many EntryProcessed the log holds for each entry of the run."""
    return Counter(event.index for event in facts_of(stack, run_id))


def facts_of(stack: LiveStack, run_id: str) -> list[EntryProcessed]:
    """Every EntryProcessed of the run in the log."""
    return asyncio.run(_facts(stack.info.nats_url, run_id))


async def _facts(nats_url: str, run_id: str) -> list[EntryProcessed]:
    nc = await nats.connect(nats_url)
    messages = await EventLog(nc, source="runoff/test").read(subjects.processed_of(run_id))
    await nc.close()
    return [
        event
        for message in messages
        for _, event in message.events()
        if isinstance(event, EntryProcessed)
    ]


@contextmanager
def more_processes(stack: LiveStack) -> Iterator[None]:
    """A second worker and a second scoring process beside those of the stack."""
    info = stack.info
    around = Surroundings(
        nats_url=info.nats_url,
        postgres_dsn=info.postgres_dsn,
        object_store=info.object_store,
        mark="more processes of a test",
    )
    started: list[subprocess.Popen[bytes]] = []
    try:
        for service in RUNOFF.services:
            if service.name not in {"inference-worker", "scoring"}:
                continue
            ports = {name: free_port() for name in service.names(n_workers=1)}
            for each in launches(
                service, around, ports=ports, n_workers=1, api_url=info.api_url, web_url=None
            ):
                env = {**each.env, **ENV, "RUNOFF_WORKER_NAME": "another"}
                process = subprocess.Popen(each.argv, env=env)
                started.append(process)
                wait_until(partial(each.is_ready, process.pid), deadline_s=60)
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def tells_apart(document: Document) -> None:
    """Two models of different quality have a verdict."""
    comparison = document["comparison"]
    (pair,) = comparison["pairs"]
    assert pair["p_value"] < 0.05
    assert all(each["n"] > 50 for each in comparison["contenders"])


def run_demo(folder: Path, *options: str) -> Document:
    """What `runoff demo --exit --json` prints, typed in this folder."""
    command = [sys.executable, "-m", "runoff", "demo", "--exit", "--json", *options]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, timeout=180
    )
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))
