"""(f) Language models over HTTP: 64 calls at once of 50 ms each, as a share of what that can give.

The server is a process of its own. First a worker's askers run here by themselves; then a whole run
of a stack with one worker, from its start to its end, every answer scored.
"""

import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import uvloop

from runoff_contracts.events.entry import Prediction
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.run_config import RunConfig
from runoff_contracts.views import RunView
from runoff_inference_worker.app import make_kit
from runoff_inference_worker.attempts import Asker
from runoff_inference_worker.feed import Feed, Pending
from runoff_inference_worker.instruments import Instruments
from runoff_inference_worker.provider import Ask
from runoff_inference_worker.providers import llm
from runoff_inference_worker.settings import WorkerSettings
from runoff_testkit.live import LiveStack
from tests.load.reporting import report
from tests.load.running import bench_stack

_CONCURRENCY = 64
_ANSWER_S = 0.05
_ENTRIES = 2_560
_REPEATS = 3
_IDEAL = _CONCURRENCY / _ANSWER_S
_RUN_ENTRIES = 12_800
"""Some ten seconds, of which the run spends one finding out that 64 calls are borne."""
_LOOK_S = 0.5
_LIMIT_S = 300.0
_MODEL = "openai/gpt-4o"


def main() -> None:
    """Calls of a server that answers after 50 ms, 64 at once."""
    gc.set_threshold(50_000, 20, 100)  # as services have it (`runoff_runtime.process`)
    with _server() as address:
        os.environ["OPENAI_BASE_URL"] = f"{address}/v1"
        os.environ["OPENAI_API_KEY"] = "bench"
        bare = [_ENTRIES / wall_s for wall_s in uvloop.run(_bare(f"{address}/v1"))]
        report("llm", "bare_share_of_ideal", [rate / _IDEAL for rate in bare], "ratio")
        timed = uvloop.run(_measure())
        report("llm", "calls_per_s", [n / wall_s for n, wall_s, _ in timed], "calls/s")
        report("llm", "share_of_ideal", [n / wall_s / _IDEAL for n, wall_s, _ in timed], "ratio")
        report("llm", "cpu_per_call", [1e3 * cpu_s / n for n, _, cpu_s in timed], "ms")
        report("llm", "run_share_of_ideal", [_run_per_s() / _IDEAL], "ratio")


async def _bare(base_url: str) -> list[float]:
    """Wall seconds of as many calls by an HTTP client alone: what server and machine can give."""
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Which city?"}]}
    url, taken = f"{base_url}/chat/completions", []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(places: Iterator[int]) -> None:
            for _ in places:
                async with session.post(url, json=body) as answer:
                    await answer.read()

        for _ in range(_REPEATS):
            places = iter(range(_ENTRIES))
            began_s = time.perf_counter()
            await asyncio.gather(*(ask(places) for _ in range(_CONCURRENCY)))
            taken.append(time.perf_counter() - began_s)
    return taken


async def _measure() -> list[tuple[int, float, float]]:
    """Calls, wall seconds and seconds of processor of each repetition."""
    timed = []
    with tempfile.TemporaryDirectory(prefix="runoff-bench-") as folder:
        kit = make_kit(WorkerSettings(object_store=folder))
        contender = Contender(position=0, model=_MODEL, digest="sha256:" + "0" * 64)
        model = await llm.PROVIDER.open(contender, kit)
        config = RunConfig(concurrency=_CONCURRENCY)
        asker = Asker(0, model, config, Instruments(_MODEL), adapts=llm.PROVIDER.adapts)
        await _settle(asker, 10 * _CONCURRENCY)
        for _ in range(_REPEATS):
            began_s, began_cpu_s = time.perf_counter(), time.process_time()
            await _settle(asker, _ENTRIES)
            wall_s = time.perf_counter() - began_s
            timed.append((_ENTRIES, wall_s, time.process_time() - began_cpu_s))
        await model.close()
    return timed


def _run_per_s() -> float:
    """Entries a second of a run, by its own events: from its start until all is scored."""
    with bench_stack() as stack:
        # The first one waits for the worker to import the libraries of the API.
        for n_entries in (_CONCURRENCY, _RUN_ENTRIES):
            run = _run(stack, n_entries)
    assert run.started_at
    assert run.settled_at
    return run.n_entries / (run.settled_at - run.started_at).total_seconds()


def _run(stack: LiveStack, n_entries: int) -> RunView:
    asked = {
        "dataset": _register(stack, n_entries),
        "models": [_MODEL],
        "config": {"concurrency": _CONCURRENCY},
    }
    launched = stack.http.post("/api/runs", json=asked).raise_for_status().json()
    for _ in range(int(_LIMIT_S / _LOOK_S)):
        # Seldom: whoever asks takes from the processors that are measured.
        time.sleep(_LOOK_S)
        found = stack.http.get(f"/api/runs/{launched['id']}", params={"after": launched["seq"]})
        run = RunView.model_validate(found.raise_for_status().json())
        if run.settled_at:
            return run
    raise TimeoutError(f"the run did not end within {_LIMIT_S:g} s")


def _register(stack: LiveStack, n_entries: int) -> str:
    name = f"questions-{n_entries}"
    rows = (
        f'{{"id":"q{place:06}","text":"Which city? ({place})","target":"fine"}}\n'
        for place in range(n_entries)
    )
    answer = stack.http.post(
        "/api/datasets",
        params={"name": name, "task": "text"},
        content="".join(rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    answer.raise_for_status()
    return name


async def _settle(asker: Asker, n_entries: int) -> None:
    feed = Feed(n_entries)
    feed.put(Pending(place, Ask(f"e{place}", text="Which city?")) for place in range(n_entries))
    found: list[Prediction] = []
    await asker.settle(feed, lambda _, prediction: found.append(prediction), rank=1)
    assert all(each.text == "fine" for each in found)
    assert len(found) == n_entries


@contextmanager
def _server() -> Iterator[str]:
    """A server of language models in a process of its own; its address."""
    command = [sys.executable, "-m", "runoff_testkit.llm_server", "--delay-s", str(_ANSWER_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
